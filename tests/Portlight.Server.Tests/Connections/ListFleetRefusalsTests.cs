using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Server.Tests.Confirming;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;
using Json = Portlight.Wire.PortlightApi.PortlightJson;

namespace Portlight.Server.Tests.Connections;

/// <summary>Who was refused at all instances.</summary>
public sealed class ListFleetRefusalsTests
{
    [Fact]
    public async Task One_source_at_several_instances_is_one_entry_and_each_port_says_how_many_asked_for_it()
    {
        await using var server = await StartAsync();

        var answer = await ListAsync(server, new());

        Assert.Equal(
            ["198.51.100.7 tcp 23 8 at web-1, web-2", "203.0.113.9 tcp 5432 9 at web-1", "198.51.100.7 icmp 8 1 at web-1", "2001:db8::7 tcp 23 1 at web-2"],
            answer.Refusals.Select(one => $"{one.SourceAddress} {one.Protocol} {one.FromPort} {one.Packets} at {string.Join(", ", one.InstanceNames)}"));
        Assert.Equal(["tcp 23: 9 of 2 at 2", "tcp 5432: 9 of 1 at 1", "icmp 8: 1 of 1 at 1"], answer.Ports.OrderByDescending(port => port.Sources).ThenByDescending(port => port.Packets)
            .Select(port => $"{port.Protocol} {port.FromPort}: {port.Packets} of {port.Sources} at {port.Instances}"));
        Assert.Equal((4, 2, 3), (answer.Total, answer.Instances, answer.NotListed));
        Assert.Equal((server.Clock.GetUtcNow().AddMinutes(-5), server.Clock.GetUtcNow()), (answer.Refusals[0].FirstAt, answer.Refusals[0].LastAt));
        Assert.Empty(answer.Unknown);
    }

    [Fact]
    public async Task Every_member_of_the_request_narrows_and_is_checked()
    {
        await using var server = await StartAsync();
        await server.TagAsync("web-2", "team", "a");

        Assert.Equal(2, (await ListAsync(server, new() { Port = 23 })).Total);
        Assert.Equal("2001:db8::7", Assert.Single((await ListAsync(server, new() { Cidr = "2001:db8::/32" })).Refusals).SourceAddress);
        Assert.Equal((1, 4), await ListAsync(server, new() { MaxResults = 1 }) is var few ? (few.Refusals.Count, few.Total) : default);
        var tagged = await ListAsync(server, new() { Tags = [new() { Key = "team" }] });
        Assert.Equal(("web-2", 1), (Assert.Single(tagged.Refusals.SelectMany(one => one.InstanceNames).Distinct()), tagged.Instances));
        foreach (var (request, field) in new[] { (new ListFleetRefusalsRequest { Port = -1 }, "port"), (new() { Cidr = "10.1" }, "cidr"), (new() { MaxResults = 1_001 }, "maxResults"), (new() { Tags = [new()] }, "tags[0].key") })
        {
            Assert.Contains(field + ": ", (await ServerHarness.RefusalAsync(() => ListAsync(server, request))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Hosts_and_instances_of_which_nothing_is_known_are_named_with_the_reason()
    {
        await using var server = await StartAsync();
        server.Agent.RefusedOfMany = asked => new RefusedOfMany(asked.Count - 1, [], 0);
        var partly = await ListAsync(server, new());
        Assert.Equal((1, "local 1 nothing filters what goes to them"), (partly.Instances, Assert.Single(partly.Unknown) is var some ? $"{some.HostName} {some.Instances} {some.Reason}" : ""));

        server.Agent.RefusedOfMany = null;
        var none = await ListAsync(server, new());
        Assert.Equal((0, 2, true), (none.Instances, Assert.Single(none.Unknown).Instances, none.Unknown[0].Reason.Contains("upgrade it", StringComparison.Ordinal)));
    }

    /// <summary>They are all in memory at once.</summary>
    [Fact]
    public async Task Hosts_by_the_hundred_share_what_is_listed()
    {
        await using var server = await HostCalls.StartAsync();
        await server.AddWebAsync();
        await ListAsync(server, new());
        Assert.Equal(5_000, server.Agent.MostOfMany);
        foreach (var host in Enumerable.Range(0, 24).Select(i => $"fra-{i:00}"))
        {
            await HostCalls.JoinAsync(server, (await HostCalls.TokenAsync(server, host)).Token);
            using var there = server.Server.Hosts.Connect(host, new ScriptedAgent());
            await HostCalls.AttachAsync(server, $"vm-{host}", host);
        }

        await ListAsync(server, new());
        Assert.Equal(Lightsail.ListFleetRefusals.MostOfAll / 25, server.Agent.MostOfMany);
    }

    [Fact]
    public async Task An_account_is_told_of_its_own_instances_alone()
    {
        await using var server = await StartAsync();
        IReadOnlyList<long> asked = [];
        // An agent that says more than it was asked.
        server.Agent.RefusedOfMany = indexes => new RefusedOfMany((asked = indexes).Count, [.. indexes.Append(99L).Select(index => new RefusedAt(index, One(server, "198.51.100.7", 6, 23, 1)))], indexes.Count + 1);
        var reader = await server.AddUserAsync("reader", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"portlight:ListFleetRefusals","Resource":"*"}]}"""]);
        var other = await server.AddUserAsync("other", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["portlight:ListRefusals","lightsail:*"],"Resource":"*"}]}"""]);

        Assert.Equal(["web-1", "web-2"], Assert.Single((await ListAsync(server, new(), reader)).Refusals).InstanceNames);
        Assert.Equal(2, asked.Count);
        Assert.Contains("portlight:ListFleetRefusals", (await ServerHarness.RefusalAsync(() => ListAsync(server, new(), other))).Message, StringComparison.Ordinal);
    }

    private static async Task<ServerHarness> StartAsync()
    {
        var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.AddWebAsync("web-2");
        server.Agent.RefusedOfMany = asked => new RefusedOfMany(asked.Count, [.. Noted(server).Where(one => asked.Contains(one.Index))], 8);
        return server;
    }

    private static IEnumerable<RefusedAt> Noted(ServerHarness server)
    {
        var indexes = server.Agent.Applied.Keys.Order().ToList();
        yield return new RefusedAt(indexes[0], One(server, "198.51.100.7", 6, 23, 3));
        yield return new RefusedAt(indexes[0], One(server, "198.51.100.7", 1, 0x0800, 1));
        yield return new RefusedAt(indexes[0], One(server, "203.0.113.9", 6, 5432, 9));
        yield return new RefusedAt(indexes[1], One(server, "198.51.100.7", 6, 23, 5));
        yield return new RefusedAt(indexes[1], One(server, "2001:db8::7", 6, 23, 1));
    }

    private static RefusedSource One(ServerHarness server, string source, int protocol, int port, long packets)
    {
        Assert.True(Cidr.TryParseAddress(source, out var address, out var problem), problem);
        return new RefusedSource(address, protocol, port, packets, 60 * packets, server.Clock.GetUtcNow().AddMinutes(-5), server.Clock.GetUtcNow());
    }

    private static Task<ListFleetRefusalsResponse> ListAsync(ServerHarness server, ListFleetRefusalsRequest request, AwsCredentials? caller = null) => server.Client(caller).SendAsync(
        "Portlight_20261122.ListFleetRefusals", request, Json.Default.ListFleetRefusalsRequest, Json.Default.ListFleetRefusalsResponse, TestContext.Current.CancellationToken);
}
