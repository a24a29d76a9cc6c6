using System.Text;
using Portlight.Server.Tests.Confirming;
using Portlight.Storage;
using Portlight.TestKit;
using Portlight.Wire.PortlightApi;

namespace Portlight.Server.Tests.History;

/// <summary>How much was done of each kind, as the API counts it.</summary>
public sealed class CountActivityTests
{
    [Fact]
    public async Task Each_event_is_counted_once_in_its_step_under_its_kind()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        var begin = server.Clock.GetUtcNow();
        await server.PutAsync(443);
        server.Clock.Advance(TimeSpan.FromMinutes(20));
        await server.PutAsync(8080);
        await server.PutAsync(8081);
        await server.SendAsync("TagResource", """{"resourceName":"web-1","tags":[{"key":"team","value":"a"}]}""");
        await server.SendAsync("GetInstance", """{"instanceName":"web-1"}""");
        var dev = await server.AddUserAsync("dev", []);
        await server.PutAsync(25, credentials: dev);
        await RecordAsync(server, """ "eventSource":"iam.amazonaws.com","eventName":"CreateUser","readOnly":false,"awsRegion":"us-east-1" """);
        await RecordAsync(server, """ "eventSource":"portlight","eventName":"SignIn","readOnly":false,"awsRegion":"us-east-1" """);
        await RecordAsync(server, """ "eventSource":"portlight","eventName":"RootKeyReset","readOnly":false,"awsRegion":"us-east-1","eventType":"AwsServiceEvent" """);

        var page = await server.CountPageAsync(new() { StartTime = begin, EndTime = begin + TimeSpan.FromHours(1) });

        Assert.Equal((begin, 900, begin, null), (page.Begin, page.StepSeconds, page.CountedSince, page.NextPageToken));
        Assert.Equal(
            ["ports 1 2 0 0", "refused 0 1 0 0", "access 0 2 0 0", "server 0 1 0 0", "others 0 1 0 0", "reads 0 1 0 0"],
            page.Counts.Select(count => $"{count.Kind} {string.Join(' ', count.Steps)}"));
    }

    [Fact]
    public async Task What_is_counted_of_a_kind_is_what_is_listed_of_it()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        var begin = server.Clock.GetUtcNow();
        await server.PutAsync(443, confirm: "60");
        await server.UndoneAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(61)));
        var dev = await server.AddUserAsync("dev", []);
        await server.PutAsync(25, credentials: dev);
        await server.SendAsync("StopInstance", """{"instanceName":"web-1"}""");
        await server.SendAsync("GetInstances");
        var end = server.Clock.GetUtcNow() + TimeSpan.FromSeconds(1);

        foreach (var kinds in ActivityKinds.All.Select(kind => (string[])[kind]).Append(["ports", "refused"]))
        {
            // Questions are events, too, and reads.
            var listed = await server.ActivitiesAsync(new() { Kinds = kinds, StartTime = begin, EndTime = end, MaxResults = 100 });
            var counted = await server.CountsAsync(new() { Kinds = kinds, StartTime = begin, EndTime = end });
            Assert.All(listed, one => Assert.Contains(one.Kind, kinds));
            Assert.Equal(listed.Count + (kinds is ["reads"] ? 1 : 0), counted.Events.Values.Sum());
        }

        Assert.Equal(["ChangeReverted", "PutInstancePublicPorts"], (await server.ActivitiesAsync(new() { Kinds = ["ports"] })).Select(one => one.EventName).Order(StringComparer.Ordinal).Distinct());
    }

    [Fact]
    public async Task Every_member_of_the_request_narrows()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.AddWebAsync("web-2");
        var began = server.Clock.GetUtcNow();
        await server.PutAsync(443);
        server.Clock.Advance(TimeSpan.FromMinutes(10));
        await server.PutAsync(8080, name: "web-2");
        await server.SendAsync("StopInstance", """{"instanceName":"web-2"}""");
        var dev = await server.AddUserAsync("dev", []);
        await server.PutAsync(25, name: "web-2", credentials: dev);

        Assert.Equal("ports 1, refused 1, others 1", await CountAsync(new() { InstanceName = "web-2" }));
        Assert.Equal("ports 1", await CountAsync(new() { InstanceName = "web-1" }));
        Assert.Equal("refused 1", await CountAsync(new() { UserName = "dev" }));
        Assert.Equal("ports 2, refused 1", await CountAsync(new() { EventName = "PutInstancePublicPorts" }));
        Assert.Equal("refused 1", await CountAsync(new() { Kinds = ["refused", "server"] }));
        Assert.Equal("", await CountAsync(new() { Kinds = [] }));
        Assert.Equal("ports 1", await CountAsync(new() { StartTime = began, EndTime = began + TimeSpan.FromMinutes(1) }));

        async Task<string> CountAsync(CountActivityRequest request) => string.Join(", ", (await server.CountPageAsync(request with { EndTime = request.EndTime ?? server.Clock.GetUtcNow() + TimeSpan.FromMinutes(1) })).Counts.Select(count => $"{count.Kind} {count.Steps.Sum()}"));
    }

    [Fact]
    public async Task A_caller_that_may_on_one_instance_counts_that_one_and_not_the_account()
    {
        await using var server = await ServerHarness.StartAsync();
        var web = await server.AddWebAsync();
        await server.AddWebAsync("web-2");
        await server.PutAsync(443);
        await server.PutAsync(443, name: "web-2");
        var dev = await server.AddUserAsync("dev", [$$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"portlight:CountActivity","Resource":"{{web.Arn}}"}]}"""]);

        var end = server.Clock.GetUtcNow() + TimeSpan.FromMinutes(1);
        Assert.Equal(1, (await server.CountsAsync(new() { InstanceName = "web-1", EndTime = end }, dev)).Events["ports"]);
        Assert.Equal("AccessDeniedException", (await ServerHarness.RefusalAsync(() => server.CountPageAsync(new(), dev))).Type);
        Assert.Equal("AccessDeniedException", (await ServerHarness.RefusalAsync(() => server.CountPageAsync(new() { InstanceName = "web-2" }, dev))).Type);
        Assert.DoesNotContain("ports", (await server.CountsAsync(new() { EndTime = end }, await server.AddAccountAsync())).Events.Keys);
    }

    [Fact]
    public async Task A_call_counts_a_bounded_part_of_the_log_says_how_far_it_got_and_pages_add_up_to_all_of_it()
    {
        await using var server = await ServerHarness.StartAsync();
        var begin = server.Clock.GetUtcNow();
        var padding = new string('x', 300_000);
        for (var i = 0; i < 40; i++)
        {
            server.Clock.Advance(TimeSpan.FromMinutes(10));
            await RecordAsync(server, $""" "eventSource":"lightsail.amazonaws.com","eventName":"{padding}","readOnly":false,"awsRegion":"us-east-1" """);
        }

        var end = server.Clock.GetUtcNow() + TimeSpan.FromMinutes(1);
        var (events, since) = await server.CountsAsync(new() { StartTime = begin, EndTime = end });

        Assert.Equal(40, events["others"]);
        Assert.InRange(since.Count, 3, 10);
        Assert.Equal(since.OrderDescending(), since);
        Assert.Equal(begin, since[^1]);
        Assert.InRange(since[0], begin + TimeSpan.FromMinutes(200), end - TimeSpan.FromMinutes(100));
        Assert.Contains("endTime", (await ServerHarness.RefusalAsync(async () => await server.CountPageAsync(new() { PageToken = (await server.CountPageAsync(new() { StartTime = begin, EndTime = end })).NextPageToken }))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_what_the_log_has_forgotten_nothing_is_said_not_that_there_was_nothing()
    {
        await using var server = await ServerHarness.StartAsync();
        var begin = server.Clock.GetUtcNow();
        await RecordAsync(server, """ "eventSource":"iam.amazonaws.com","eventName":"CreateUser","readOnly":false,"awsRegion":"us-east-1" """);
        server.Clock.Advance(TimeSpan.FromHours(3));
        var kept = server.Clock.GetUtcNow();
        await RecordAsync(server, """ "eventSource":"iam.amazonaws.com","eventName":"CreateUser","readOnly":false,"awsRegion":"us-east-1" """);
        server.Clock.Advance(TimeSpan.FromHours(1));
        var end = server.Clock.GetUtcNow();

        Assert.Equal(begin, (await server.CountPageAsync(new() { StartTime = begin, EndTime = end })).CountedSince);
        await server.Server.Store.PruneAuditAsync(begin + TimeSpan.FromHours(1), TestContext.Current.CancellationToken);

        var page = await server.CountPageAsync(new() { StartTime = begin, EndTime = end });
        Assert.Equal((1, kept), (Assert.Single(page.Counts).Steps.Sum(), page.CountedSince));
    }

    [Theory]
    [InlineData("""{"kinds":["ports","weather"]}""", "kinds[1]")]
    [InlineData("""{"kinds":[null]}""", "kinds[0]")]
    [InlineData("""{"stepSeconds":59}""", "stepSeconds")]
    [InlineData("""{"startTime":0,"endTime":86400,"stepSeconds":60}""", "stepSeconds")]
    [InlineData("""{"startTime":5,"endTime":5}""", "startTime")]
    [InlineData("""{"endTime":-62135596800}""", "startTime")]
    [InlineData("""{"pageToken":"x","endTime":86400}""", "pageToken")]
    public async Task What_cannot_be_counted_is_refused(string body, string field)
    {
        await using var server = await ServerHarness.StartAsync();

        var (status, error) = await server.SendRefusedAsync(server.Request("Portlight_20261122.CountActivity", Encoding.UTF8.GetBytes(body)));

        Assert.Equal(400, status);
        Assert.Contains(field, error.Message, StringComparison.Ordinal);
    }

    private static Task RecordAsync(ServerHarness server, string members) => server.Server.Store.SaveAsync(
        (_, changes) =>
        {
            var at = server.Clock.GetUtcNow();
            changes.Record(new AuditEvent(at, Encoding.UTF8.GetBytes($$"""{"eventTime":"{{at:yyyy-MM-ddTHH:mm:ssZ}}","eventID":"1","recipientAccountId":"{{server.Scope.AccountId}}",{{members}}}""")));
            return true;
        },
        TestContext.Current.CancellationToken);
}
