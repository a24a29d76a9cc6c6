using System.Text.Json.Nodes;
using Portlight.TestKit;
using Portlight.TestKit.Network;

namespace Portlight.Testing.Tests;

/// <summary>Faults that a test asks for, as they arrive on the wire.</summary>
public sealed class FaultTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_documented_error_of_every_operation_can_be_had_by_its_code()
    {
        await using var server = await PortlightServer.StartAsync(cancellationToken: Cancellation);
        using var caller = new Caller(server);
        var count = 0;
        foreach (var operation in DocumentedErrors.Operations)
        {
            foreach (var error in DocumentedErrors.Of(operation).Concat(DocumentedErrors.OfEveryOperation).Distinct())
            {
                var message = $"{operation} {error} <&>";
                var fault = server.Faults.Answer(operation, error, times: 1, message: message);
                var reply = await caller.SendAsync(operation, Body(operation));
                Assert.True(reply.Status >= 400 && (reply.Text.Contains(message, StringComparison.Ordinal) || reply.Text.Contains($"{operation} {error} &lt;&amp;&gt;", StringComparison.Ordinal)), reply.Text);
                Assert.True(reply.Code == error || reply.Code + "Exception" == error || error == "UnrecognizedClientException" && reply.Code == "InvalidClientTokenId" || error == "ServiceNotSupportedException", $"{operation} {error}: {reply.Code}");
                Assert.Equal(1, fault.Count);
                count++;
            }
        }

        Assert.True(count > 700, $"{count} errors");
    }

    /// <summary>Of IAM and STS a form with nothing but the operation: what fails by a fault is not read.</summary>
    private static string Body(string operation)
    {
        string[] sts = ["AssumeRole", "GetAccessKeyInfo", "GetCallerIdentity", "GetSessionToken"];
        return sts.Contains(operation) ? $"Action={operation}&Version=2011-06-15"
            : DocumentedErrors.Of(operation).Contains("UnauthenticatedException") || operation == "LookupEvents" ? "{}"
            : $"Action={operation}&Version=2010-05-08";
    }

    [Fact]
    public async Task A_throttled_call_is_told_when_to_come_again_and_goes_through_when_the_fault_is_used_up()
    {
        await using var server = await PortlightServer.StartAsync(cancellationToken: Cancellation);
        using var caller = new Caller(server);
        var fault = server.Faults.Throttle("CreateInstances", times: 2);
        for (var i = 0; i < 2; i++)
        {
            var throttled = await caller.SendAsync("CreateInstances", Caller.Create("web-1"));
            Assert.Equal((400, "ThrottlingException", TimeSpan.FromSeconds(1)), (throttled.Status, throttled.Code, throttled.RetryAfter));
            Assert.Empty((await caller.CallAsync("GetInstances", "{}"))["instances"]!.AsArray());
        }

        await caller.CallAsync("CreateInstances", Caller.Create("web-1"));
        Assert.Equal(2, fault.Count);

        using (server.Faults.Throttle())
        {
            Assert.Equal("Throttling", (await caller.SendAsync("GetCallerIdentity", "Action=GetCallerIdentity&Version=2011-06-15")).Code);
        }

        Assert.Equal(200, (await caller.SendAsync("GetCallerIdentity", "Action=GetCallerIdentity&Version=2011-06-15")).Status);
    }

    [Fact]
    public async Task A_fault_is_for_the_calls_that_its_condition_chooses()
    {
        await using var server = await PortlightServer.StartAsync(cancellationToken: Cancellation);
        using var caller = new Caller(server);
        using var fault = server.Faults.Answer(
            "GetInstanceState", "NotFoundException", when: call => call.AccessKeyId == server.AccessKeyId && call.Body.Contains("web-2", StringComparison.Ordinal), message: "gone");
        await caller.CallAsync("CreateInstances", Caller.Create("web-1"));
        await caller.CallAsync("CreateInstances", Caller.Create("web-2"));

        await caller.CallAsync("GetInstanceState", """{"instanceName":"web-1"}""");
        Assert.Equal("NotFoundException", (await caller.SendAsync("GetInstanceState", """{"instanceName":"web-2"}""")).Code);

        // A wrong signature is refused as ever: nobody is told more by a fault than by the service.
        using var stranger = new Caller(server) { Credentials = new(server.AccessKeyId, new string('x', 40)) };
        Assert.Equal("InvalidSignatureException", (await stranger.SendAsync("GetInstanceState", """{"instanceName":"web-2"}""")).Code);
        Assert.Equal(1, fault.Count);
    }

    [Fact]
    public async Task A_call_that_fails_by_a_fault_is_in_the_audit_log()
    {
        await using var server = await PortlightServer.StartAsync(cancellationToken: Cancellation);
        using var caller = new Caller(server);
        server.Faults.Answer("DeleteInstance", "ServiceException", times: 1);
        await caller.SendAsync("DeleteInstance", """{"instanceName":"web-1"}""");

        await Until.TrueAsync(
            async () => (await caller.CallAsync("LookupEvents", """{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"DeleteInstance"}]}""")).ToJsonString().Contains("ServiceException", StringComparison.Ordinal),
            "the event");
    }

    [Fact]
    public async Task What_the_kernel_refuses_fails_with_its_words_and_the_earlier_ports_stay()
    {
        await using var server = await PortlightServer.StartAsync(new() { ConfirmTimeout = Deadline.Span }, Cancellation);
        using var caller = new Caller(server);
        await caller.CallAsync("CreateInstances", Caller.Create("web-1"));
        await caller.CallAsync("CreateInstances", Caller.Create("web-2"));
        await caller.CallAsync("PutInstancePublicPorts", Caller.Put("web-1", 22));

        using (server.Faults.RefuseInKernel("numerical result out of range", instance: name => name == "web-1"))
        {
            var refused = await caller.SendAsync("PutInstancePublicPorts", Caller.Put("web-1", 443));
            Assert.Contains("numerical result out of range", refused.Text, StringComparison.Ordinal);
            Assert.Equal("Succeeded", (string?)(await caller.CallAsync("PutInstancePublicPorts", Caller.Put("web-2", 443)))["operation"]!["status"]);
        }

        var states = await caller.CallAsync("GetInstancePortStates", """{"instanceName":"web-1"}""");
        Assert.Equal(22, (int?)states["portStates"]!.AsArray().Single()!["fromPort"]);
        Assert.Equal("Succeeded", (string?)(await caller.CallAsync("PutInstancePublicPorts", Caller.Put("web-1", 443)))["operation"]!["status"]);
    }

    [Fact]
    public async Task A_change_whose_confirmation_is_held_back_is_started_and_succeeds_when_it_comes()
    {
        await using var server = await PortlightServer.StartAsync(new() { ConfirmTimeout = TimeSpan.FromMilliseconds(50) }, Cancellation);
        using var caller = new Caller(server);
        // Fifty milliseconds may be too short for the instance itself, whose confirmation is not the one that is meant.
        await SucceededAsync((await caller.CallAsync("CreateInstances", Caller.Create("web-1")))["operations"]![0]!);
        var held = server.Faults.HoldConfirmations();

        var put = (await caller.CallAsync("PutInstancePublicPorts", Caller.Put("web-1", 443)))["operation"]!;
        Assert.Equal("Started", (string?)put["status"]);

        held.Dispose();
        await SucceededAsync(put);

        Assert.Equal(1, held.Count);

        Task SucceededAsync(JsonNode operation) => Until.TrueAsync(
            async () => (string?)(await caller.CallAsync("GetOperation", $$"""{"operationId":"{{(string?)operation["id"]}}"}"""))["operation"]!["status"] == "Succeeded",
            $"{operation["operationType"]} to succeed");
    }

    [Theory]
    [InlineData("PutPorts", "NotFoundException", "`PutPorts` is not an operation")]
    [InlineData("PutInstancePublicPorts", "NoSuchEntityException", "does not answer `NoSuchEntityException`; its reference lists: AccessDeniedException, ")]
    [InlineData(Faults.EveryOperation, "NotFoundException", "* does not answer `NotFoundException`")]
    public async Task An_error_that_no_reference_lists_cannot_be_asked_for(string operation, string error, string problem)
    {
        await using var server = await PortlightServer.StartAsync(cancellationToken: Cancellation);
        Assert.Contains(problem, Assert.Throws<ArgumentException>(() => server.Faults.Answer(operation, error)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => server.Faults.Throttle(times: 0));
    }
}
