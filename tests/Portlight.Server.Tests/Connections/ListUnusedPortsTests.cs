using System.Net;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Server.Tests.Confirming;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;
using Json = Portlight.Wire.PortlightApi.PortlightJson;

namespace Portlight.Server.Tests.Connections;

/// <summary>Which rules have let in nothing for days.</summary>
public sealed class ListUnusedPortsTests
{
    [Fact]
    public async Task A_rule_is_unused_where_all_that_it_opens_is_counted_for_so_long_and_let_nothing_in()
    {
        await using var server = await StartAsync(now =>
        [
            One(22, IPAddress.Any, now.AddDays(-40), now.AddDays(-31)), One(22, IPAddress.IPv6Any, now.AddDays(-35), null),
            One(443, IPAddress.Any, now.AddDays(-40), null), One(443, IPAddress.IPv6Any, now.AddDays(-40), now.AddDays(-1)),
            One(8000, IPAddress.Any, now.AddDays(-40), null), One(8000, IPAddress.IPv6Any, now.AddDays(-29), null),
        ]);
        var now = server.Clock.GetUtcNow();

        var answer = await ListAsync(server, new());

        // Of 9000/tcp nothing is counted: it is not called unused.
        Assert.Equal((1, 1, 1, 1), (answer.Total, answer.Used, answer.CountedTooShortly, answer.NotKnown));
        var unused = Assert.Single(answer.Ports);
        Assert.Equal(("web-1", 22, now.AddDays(-35), now.AddDays(-31)), (unused.InstanceName, unused.PortState.FromPort, unused.CountedSince, unused.LastUsedAt));
        Assert.Equal(now.AddDays(-29), answer.FirstCountedSince);
        Assert.Empty(answer.Unknown);
        Assert.Equal([8000, 22], (await ListAsync(server, new() { Days = 20 })).Ports.Select(port => port.PortState.FromPort));
        Assert.Empty((await ListAsync(server, new() { Days = 36 })).Ports);
    }

    [Fact]
    public async Task Every_member_of_the_request_narrows_and_is_checked()
    {
        await using var server = await StartAsync(now => [One(22, IPAddress.Any, now.AddDays(-40), null), One(443, IPAddress.Any, now.AddDays(-40), null)]);
        await server.AddWebAsync("web-2");
        await server.TagAsync("web-1", "team", "a");

        Assert.Equal((1, 2), await ListAsync(server, new() { MaxResults = 1, Tags = [new() { Key = "team" }] }) is var few ? (few.Ports.Count, few.Total) : default);
        Assert.All((await ListAsync(server, new() { Tags = [new() { Key = "team" }] })).Ports, port => Assert.Equal("web-1", port.InstanceName));
        foreach (var (request, field) in new[] { (new ListUnusedPortsRequest { Days = 0 }, "days"), (new() { Days = 366 }, "days"), (new() { MaxResults = 1_001 }, "maxResults"), (new() { Tags = [new()] }, "tags[0].key") })
        {
            Assert.Contains(field + ": ", (await ServerHarness.RefusalAsync(() => ListAsync(server, request))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Hosts_that_do_not_count_or_cannot_tell_are_named_and_their_rules_are_not_known()
    {
        await using var server = await StartAsync(_ => []);
        server.Agent.Traffic = (indexes, _) => new TrafficHistory(false, server.Clock.GetUtcNow(), [], indexes.Count);
        var uncounted = await ListAsync(server, new());
        Assert.Equal((4, "local 1 what is let in is not counted there"), (uncounted.NotKnown, Assert.Single(uncounted.Unknown) is var host ? $"{host.HostName} {host.Instances} {host.Reason}" : ""));

        server.Agent.Traffic = null;
        var older = await ListAsync(server, new());
        Assert.Equal((4, true), (older.NotKnown, Assert.Single(older.Unknown).Reason.Contains("upgrade it", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_host_is_asked_until_it_has_told_of_all_instances()
    {
        await using var server = await StartAsync(_ => []);
        await server.AddWebAsync("web-2");
        await server.AddWebAsync("web-3");
        var asked = new List<int>();
        server.Agent.Traffic = (indexes, withCurves) =>
        {
            asked.Add(indexes.Count);
            // One of them fits into an answer.
            return new TrafficHistory(true, server.Clock.GetUtcNow(), [new InstanceTraffic(indexes[0], [], [One(22, IPAddress.Any, server.Clock.GetUtcNow().AddDays(-40), null)])], withCurves ? 0 : 1);
        };

        Assert.Equal(["web-1", "web-2", "web-3"], (await ListAsync(server, new())).Ports.Select(port => port.InstanceName));
        Assert.Equal([3, 2, 1], asked);
    }

    [Fact]
    public async Task It_is_told_to_callers_that_may_and_to_no_other()
    {
        await using var server = await StartAsync(now => [One(22, IPAddress.Any, now.AddDays(-40), null)]);
        var dev = await server.AddUserAsync("dev", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"portlight:ListUnusedPorts","Resource":"*"}]}"""]);
        var other = await server.AddUserAsync("other", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["portlight:GetExposure","lightsail:*"],"Resource":"*"}]}"""]);

        Assert.Single((await ListAsync(server, new(), dev)).Ports);
        Assert.Contains("portlight:ListUnusedPorts", (await ServerHarness.RefusalAsync(() => ListAsync(server, new(), other))).Message, StringComparison.Ordinal);
    }

    private static async Task<ServerHarness> StartAsync(Func<DateTimeOffset, PartTraffic[]> parts)
    {
        var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.AnswerAsync(ConfirmCalls.Lightsail + "PutInstancePublicPorts", """
            {"instanceName":"web-1","portInfos":[{"fromPort":22,"toPort":22,"protocol":"tcp"},{"fromPort":443,"toPort":443,"protocol":"tcp"},{"fromPort":8000,"toPort":8100,"protocol":"tcp"},{"fromPort":9000,"toPort":9000,"protocol":"tcp"}]}
            """);
        server.Agent.Traffic = (indexes, _) => new TrafficHistory(true, server.Clock.GetUtcNow(), [.. indexes.Take(1).Select(index => new InstanceTraffic(index, [], [.. parts(server.Clock.GetUtcNow())]))], indexes.Count);
        return server;
    }

    private static PartTraffic One(int port, IPAddress source, DateTimeOffset since, DateTimeOffset? usedAt) => new(NetworkProtocol.Tcp, port, source, since, usedAt, []);

    private static Task<ListUnusedPortsResponse> ListAsync(ServerHarness server, ListUnusedPortsRequest request, AwsCredentials? caller = null) => server.Client(caller).SendAsync(
        "Portlight_20261122.ListUnusedPorts", request, Json.Default.ListUnusedPortsRequest, Json.Default.ListUnusedPortsResponse, TestContext.Current.CancellationToken);
}
