using System.Text;
using System.Text.Json;
using Portlight.Api;
using Portlight.TestKit;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests.Audit;

/// <summary>What an event says, for each way that a call can end.</summary>
public sealed class EventTests
{
    private const string PutHttps = """{"instanceName":"web-1","portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp"}]}""";
    private const string GetPorts = """{"instanceName":"web-1"}""";

    [Fact]
    public async Task Put_is_recorded_with_the_ports_before_and_after_as_the_paper_shows()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1", Domain.PortSet.Of(Domain.Blueprints.Find("ubuntu_22_04")!.DefaultPorts.Rules.Take(1)));
        using var request = server.Request("Lightsail_20161128.PutInstancePublicPorts", Encoding.UTF8.GetBytes(PutHttps));
        request.Headers.TryAddWithoutValidation("User-Agent", "aws-cli/2.31.0 md/Botocore#1.40.0 lang/python#3.13");

        using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.True(answer.IsSuccessStatusCode);
        Golden.MatchBlock("../../../docs/audit.md", "```json\n" + AuditReading.Masked(await server.LastEventAsync()) + "```\n");
    }

    /// <summary>Every Put writes one, and most of what it writes is this.</summary>
    [Fact]
    public async Task The_event_of_a_Put_of_a_rule_takes_no_more_than_a_kilobyte()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");

        await server.SendAsync("PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp"}]}""");

        var line = (await AuditReading.AuditLinesAsync(server))[^1];
        Assert.Contains("PutInstancePublicPorts", line, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(line[..line.LastIndexOf(",\"chain\"", StringComparison.Ordinal)]), 500, 1_024);
    }

    [Fact]
    public async Task Each_way_to_end_leaves_its_event()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 3 });
        await server.AddInstanceAsync("web-1");
        await server.SendAsync("GetInstancePortStates", GetPorts); // a read
        await server.RefuseAsync("GetInstancePortStates", """{"instanceName":"web-2"}"""); // not found
        await server.RefuseAsync("PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[{"fromPort":9,"toPort":1,"protocol":"tcp"}]}"""); // invalid
        await server.RefuseAsync("PutInstancePublicPorts", PutHttps); // one request too many
        await server.SendRefusedAsync(server.Request("Lightsail_20161128.PutInstancePublicPorts", Encoding.UTF8.GetBytes(PutHttps), server.Credentials with { SecretAccessKey = "wrong" }));

        var events = await server.EventsAsync();

        Assert.Equal(5, events.Count);
        Golden.Match("events.txt", AuditReading.Masked(events));
    }

    [Fact]
    public async Task A_guardrail_is_recorded_with_each_rule_that_was_asked_about_and_the_statement_that_decided()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var alice = await server.AddUserAsync("alice", ["""
            {"Version":"2012-10-17","Statement":[
              {"Sid":"Ports","Effect":"Allow","Action":"lightsail:*","Resource":"*"},
              {"Sid":"NoSsh","Effect":"Deny","Action":"lightsail:Put*","Resource":"*","Condition":{"NumericEquals":{"portlight:FromPort":"22"}}}]}
            """]);

        await server.AskAsync(
            alice,
            "PutInstancePublicPorts",
            """{"instanceName":"web-1","portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp"},{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["10.0.0.0/8"]}]}""");

        var asked = (await server.LastEventAsync()).GetProperty("portlight").GetProperty("authorization").EnumerateArray().ToList();
        Assert.Equal(
            [("portInfos[0] (443/tcp from 0.0.0.0/0, ::/0)", "allowed", "Ports"), ("portInfos[1] (22/tcp from 10.0.0.0/8)", "explicitDeny", "NoSsh")],
            asked.Select(one => (one.Text("rule"), one.Text("decision"), one.Text("statement"))));
    }

    [Fact]
    public async Task A_denied_call_is_recorded_in_the_account_of_the_caller()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.Server.Setup.PauseAsync();
        using var made = await server.Http.SendAsync(server.Request("Portlight_20261122.CreateAccount", "{}"u8.ToArray()), TestContext.Current.CancellationToken);
        var account = JsonSerializer.Deserialize<JsonElement>(await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await server.Server.Setup.RunOnceAsync();
        var stranger = new AwsCredentials(account.Text("accessKeyId"), account.Text("secretAccessKey"));

        await server.SendRefusedAsync(server.Request("Portlight_20261122.CreateAccount", "{}"u8.ToArray(), stranger));

        var denied = await server.LastEventAsync();
        Assert.Equal("AccessDeniedException", denied.Text("errorCode"));
        Assert.Equal(account.GetProperty("account").Text("accountId"), denied.Text("recipientAccountId"));
        Assert.Equal(JsonValueKind.Null, denied.GetProperty("responseElements").ValueKind);
    }

    [Fact]
    public async Task A_change_that_the_kernel_refuses_leaves_a_second_event_with_the_outcome()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        await server.SettleAsync();
        server.Agent.Refuse(_ => "no room");

        await server.RefuseAsync("PutInstancePublicPorts", PutHttps);

        var all = await server.EventsAsync();
        Assert.Single(all, one => one.Text("eventType") == "AwsServiceEvent" && one.Text("eventName") == "ChangeReverted");
        var events = all.Where(one => one.Text("eventType") == "AwsApiCall").ToList();
        Assert.Equal(2, events.Count);
        Assert.Equal("Started", events[0].GetProperty("responseElements").GetProperty("operation").Text("status"));
        Assert.Equal("OperationFailureException", events[1].Text("errorCode"));
        Assert.Equal(events[0].Text("requestID"), events[1].Text("requestID"));
        Assert.Equal(events[0].Text("eventID"), events[1].GetProperty("additionalEventData").Text("outcomeOfEventID"));
        Assert.NotEqual(events[0].Text("eventID"), events[1].Text("eventID"));
    }

    [Fact]
    public async Task Ports_before_and_after_follow_every_change_of_them()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1");
        await server.SendAsync("PutInstancePublicPorts", PutHttps);
        await server.SendAsync("OpenInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["192.0.2.0/24"]}}""");
        await server.SendAsync("CloseInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":443,"toPort":443,"protocol":"tcp"}}""");
        await server.SendAsync("RebootInstance", GetPorts);
        await server.SendAsync("DeleteInstance", GetPorts);

        var events = (await server.EventsAsync()).Where(one => !one.GetProperty("readOnly").GetBoolean()).ToList();

        Assert.Equal(
            [
                "CreateInstances: none → 80/tcp,22/tcp",
                "PutInstancePublicPorts: 80/tcp,22/tcp → 443/tcp",
                "OpenInstancePublicPorts: 443/tcp → 443/tcp,22/tcp from 192.0.2.0/24",
                "CloseInstancePublicPorts: 443/tcp,22/tcp from 192.0.2.0/24 → 22/tcp from 192.0.2.0/24",
                "RebootInstance",
                "DeleteInstance: 22/tcp from 192.0.2.0/24 → none",
            ],
            events.Select(Ports));

        static string Ports(JsonElement one) => one.Text("eventName") + (one.TryGetProperty("portlight", out var ours) && ours.TryGetProperty("portsBefore", out var before)
            ? $": {Shown(before)} → {Shown(ours.GetProperty("portsAfter"))}"
            : "");

        static string Shown(JsonElement ports) => ports.ValueKind == JsonValueKind.Null ? "none" : string.Join(",", ports.EnumerateArray().Select(port => port.GetString()));
    }

    [Fact]
    public async Task A_read_that_cannot_be_recorded_is_not_answered()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.SendAsync("GetBundles");
        var log = server.Server.Audit.Log;
        await server.Server.Store.DisposeAsync();

        await Assert.ThrowsAnyAsync<Exception>(async () => await log.RecordAsync(new Call { RequestId = "r", Now = server.Clock.GetUtcNow() }, null));
        using var answer = await server.PostAsync("GetBundles", "{}");

        Assert.Equal(500, (int)answer.StatusCode);
        Assert.Contains("ServiceException", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_checks_are_no_calls()
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.Equal("ok\n", await server.Http.GetStringAsync(new Uri(server.Endpoint, "/healthz"), TestContext.Current.CancellationToken));

        Assert.Empty(await server.EventsAsync());
    }
}
