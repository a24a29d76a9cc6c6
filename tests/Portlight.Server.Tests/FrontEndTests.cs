using System.Text;
using Portlight.Domain;
using Portlight.Server.Tests.Audit;
using Portlight.Server.Tests.Tenants;
using Portlight.TestKit;

namespace Portlight.Server.Tests;

/// <summary>What is refused before any operation runs: each error for its real reason.</summary>
public sealed class FrontEndTests
{
    private const string GetPorts = "Lightsail_20161128.GetInstancePortStates";
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"instanceName":"web-1"}""");

    [Fact]
    public async Task An_unsigned_request_lacks_a_token()
    {
        await using var server = await ServerHarness.StartAsync();
        var request = server.Request(GetPorts, Body);
        request.Headers.Remove("Authorization");

        var (status, error) = await server.SendRefusedAsync(request);

        Assert.Equal((400, "MissingAuthenticationTokenException"), (status, error.Type));
    }

    [Fact]
    public async Task A_signature_without_its_parts_is_incomplete()
    {
        await using var server = await ServerHarness.StartAsync();
        var request = server.Request(GetPorts, Body);
        request.Headers.Remove("Authorization");
        request.Headers.TryAddWithoutValidation("Authorization", "AWS4-HMAC-SHA256 Credential=AKIA/20261122/us-east-1/lightsail/aws4_request");

        var (status, error) = await server.SendRefusedAsync(request);

        Assert.Equal((400, "IncompleteSignatureException"), (status, error.Type));
        Assert.Contains("Authorization header requires 'Signature' parameter.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_body_does_not_have_the_signature()
    {
        await using var server = await ServerHarness.StartAsync();
        var request = server.Request(GetPorts, Body);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"instanceName":"web-2"}"""));
        request.Content.Headers.ContentType = new("application/x-amz-json-1.1");

        var (status, error) = await server.SendRefusedAsync(request);

        Assert.Equal((400, "InvalidSignatureException"), (status, error.Type));
        Assert.StartsWith("The request signature we calculated does not match", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_key_is_an_unrecognised_client()
    {
        await using var server = await ServerHarness.StartAsync();

        var (status, error) = await server.SendRefusedAsync(server.Request(GetPorts, Body, server.Credentials with { AccessKeyId = "AKIAAAAAAAAAAAAAAAAA" }));

        Assert.Equal((400, "UnrecognizedClientException", "The security token included in the request is invalid."), (status, error.Type, error.Message));
    }

    [Fact]
    public async Task A_session_token_that_nobody_issued_is_refused()
    {
        await using var server = await ServerHarness.StartAsync();

        var (status, error) = await server.SendRefusedAsync(server.Request(GetPorts, Body, server.Credentials with { SessionToken = "made-up" }));

        Assert.Equal((400, "UnrecognizedClientException", "The security token included in the request is invalid"), (status, error.Type, error.Message));
    }

    [Theory]
    [InlineData(-301, "Signature expired")]
    [InlineData(301, "Signature not yet current")]
    public async Task A_clock_more_than_five_minutes_off_is_refused(int seconds, string message)
    {
        await using var server = await ServerHarness.StartAsync();

        var (status, error) = await server.SendRefusedAsync(server.Request(GetPorts, Body, at: server.Clock.GetUtcNow().AddSeconds(seconds)));

        Assert.Equal((400, "InvalidSignatureException"), (status, error.Type));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_service_in_the_scope_is_refused()
    {
        await using var server = await ServerHarness.StartAsync();

        var (status, error) = await server.SendRefusedAsync(server.Request(GetPorts, Body, service: "ec2"));

        Assert.Equal((400, "InvalidSignatureException"), (status, error.Type));
        Assert.Contains("lightsail", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_region_that_is_not_open_is_refused_and_the_open_ones_are_named()
    {
        await using var server = await ServerHarness.StartAsync();

        var (status, error) = await server.SendRefusedAsync(server.Request(GetPorts, Body, region: "eu-west-1"));

        Assert.Equal((400, "InvalidSignatureException"), (status, error.Type));
        Assert.Contains("'eu-west-1'", error.Message, StringComparison.Ordinal);
        Assert.Contains("us-east-1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Lightsail_20161128.MakeCoffee", "lightsail.amazonaws.com has no operation MakeCoffee here")]
    [InlineData("CloudTrail_20131101.DescribeTrails", "cloudtrail.amazonaws.com has no operation DescribeTrails here")]
    [InlineData("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.DescribeTrails", "cloudtrail.amazonaws.com has no operation DescribeTrails here")]
    [InlineData("Kinesis_20131202.ListStreams", "the header X-Amz-Target names an operation of a service that is not here: Kinesis_20131202.ListStreams")]
    [InlineData("PutInstancePublicPorts", "the header X-Amz-Target names an operation of a service that is not here: PutInstancePublicPorts")]
    public async Task An_operation_that_no_service_has_is_unknown_and_named(string target, string message)
    {
        await using var server = await ServerHarness.StartAsync();

        var (status, error) = await server.SendRefusedAsync(server.Request(target, Body));

        Assert.Equal((400, "UnknownOperationException", message), (status, error.Type, error.Message));
    }

    [Fact]
    public async Task A_request_that_names_no_operation_is_told_how_one_is_named()
    {
        await using var server = await ServerHarness.StartAsync();
        var request = server.Request(GetPorts, Body);
        request.Headers.Remove("X-Amz-Target");

        var (status, error) = await server.SendRefusedAsync(request);

        Assert.Equal((400, "UnknownOperationException"), (status, error.Type));
        Assert.StartsWith("no operation is named: ", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Botocore and Java write the long one; what is made from the Smithy model (JavaScript v3, Go v2, Rust, Kotlin, Swift) the short one.</summary>
    [Theory]
    [InlineData("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents")]
    [InlineData("CloudTrail_20131101.LookupEvents")]
    public async Task CloudTrail_is_called_by_either_of_its_targets(string target)
    {
        await using var server = await ServerHarness.StartAsync();

        using var answer = await server.Http.SendAsync(server.Request(target, "{}"u8.ToArray(), service: "cloudtrail"), TestContext.Current.CancellationToken);

        Assert.StartsWith("""{"Events":[""", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_operation_of_Lightsail_that_is_not_here_says_so()
    {
        await using var server = await ServerHarness.StartAsync();

        foreach (var name in Wire.Lightsail.LightsailOperations.All.Where(name => server.Server.Operations.All(entry => entry.Name != name)))
        {
            var (status, error) = await server.SendRefusedAsync(server.Request("Lightsail_20161128." + name, Body));
            Assert.Equal((400, "InvalidInputException", "UnsupportedOperation"), (status, error.Type, error.Code));
        }
    }

    [Fact]
    public async Task What_is_not_a_POST_names_no_operation()
    {
        await using var server = await ServerHarness.StartAsync();
        var request = server.Request(GetPorts, Body);
        request.Method = HttpMethod.Put;

        var (status, error) = await server.SendRefusedAsync(request);

        Assert.Equal((400, "AccessDeniedException"), (status, error.Type));
    }

    [Fact]
    public async Task A_key_that_asks_too_often_is_throttled_until_time_has_passed()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 3 });
        await server.AddInstanceAsync("web-1");
        for (var i = 0; i < 3; i++)
        {
            using var fine = await server.PostAsync("GetInstancePortStates", """{"instanceName":"web-1"}""");
            Assert.Equal(200, (int)fine.StatusCode);
        }

        using var refused = await server.PostAsync("GetInstancePortStates", """{"instanceName":"web-1"}""");
        Assert.Equal(400, (int)refused.StatusCode);
        Assert.Equal("ThrottlingException", Assert.Single(refused.Headers.GetValues("x-amzn-errortype")));
        Assert.NotNull(refused.Headers.RetryAfter);

        server.Clock.Advance(TimeSpan.FromSeconds(1));
        using var again = await server.PostAsync("GetInstancePortStates", """{"instanceName":"web-1"}""");
        Assert.Equal(200, (int)again.StatusCode);
    }

    [Fact]
    public async Task A_body_of_ten_megabytes_is_too_large()
    {
        await using var server = await ServerHarness.StartAsync();
        var body = new byte[10 * 1024 * 1024];
        Array.Fill(body, (byte)' ');

        var (status, error) = await server.SendRefusedAsync(server.Request("Lightsail_20161128.PutInstancePublicPorts", body));

        Assert.Equal((413, "RequestEntityTooLargeException"), (status, error.Type));
    }

    [Fact]
    public async Task A_body_that_is_cut_short_changes_nothing_and_is_recorded()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1", PortSet.Empty);
        var body = Encoding.UTF8.GetBytes("""{"instanceName":"web-1","portInfos":[{"fromPort":22,"toPort":22,"protocol":"tcp"}]}""");
        using (var signed = server.Request("Lightsail_20161128.PutInstancePublicPorts", body))
        using (var connection = RawRequest.To(server))
        {
            await connection.BeginAsync(signed, body.Length);
            await connection.SendAsync(Encoding.UTF8.GetString(body)[..^1]);
            connection.Reset();
        }

        await Until.TrueAsync(async () => (await server.AuditLinesAsync()).Count == 1, "the event of a body that was cut short");
        Assert.Equal("MalformedHttpRequestException", Assert.Single(await server.EventsAsync()).Text("errorCode"));
        Assert.Equal(instance.Revision, server.Server.Store.Revision);
        using var after = await server.PostAsync("PutInstancePublicPorts", Encoding.UTF8.GetString(body));
        Assert.Equal(200, (int)after.StatusCode);
        Assert.Equal(instance.Revision + 1, server.Server.Store.Revision);
    }

    [Theory]
    [InlineData("GET", "/", 200, "portlight: the API of Amazon Lightsail; point an AWS client here")]
    [InlineData("HEAD", "/", 200, "")]
    [InlineData("GET", "/metrics", 404, "there are no metrics at this address")]
    [InlineData("OPTIONS", "/", 200, "portlight: the API of Amazon Lightsail")]
    [InlineData("OPTIONS", "/healthz", 200, "portlight: the API of Amazon Lightsail")]
    public async Task A_visitor_that_speaks_no_AWS_gets_a_line_of_text_and_no_leave_to_call_from_a_web_page(string method, string path, int status, string text)
    {
        await using var server = await ServerHarness.StartAsync();
        using var request = new HttpRequestMessage(new(method), new Uri(server.Endpoint, path));
        request.Headers.TryAddWithoutValidation("Origin", "https://example.com");
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Method", "POST");

        using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.StartsWith(text, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Health_is_answered_without_a_signature()
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.Equal("ok\n", await server.Http.GetStringAsync(new Uri(server.Endpoint, "/healthz"), TestContext.Current.CancellationToken));
    }
}
