using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Server.Tests.Confirming;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;
using Json = Portlight.Wire.PortlightApi.PortlightJson;

namespace Portlight.Server.Tests.Connections;

/// <summary>Who was refused at an instance.</summary>
public sealed class ListRefusalsTests
{
    [Fact]
    public async Task Refused_sources_are_told_with_what_they_asked_for_as_a_rule_would_name_it()
    {
        await using var server = await StartAsync();

        var answer = await ListAsync(server, new() { InstanceName = "web-1" });

        Assert.Equal((4, 1_000, 60_000), (answer.Total, answer.Packets, answer.Bytes));
        Assert.Equal(
            ["198.51.100.7 tcp 23-23 3", "198.51.100.7 icmp 8-0 1", "2001:db8::7 udp 53-53 2", "203.0.113.9 47 - 9"],
            answer.Refusals.Select(one => $"{one.SourceAddress} {one.Protocol} {one.FromPort}-{one.ToPort} {one.Packets}"));
        Assert.Equal((server.Clock.GetUtcNow().AddMinutes(-5), server.Clock.GetUtcNow()), (answer.Refusals[0].FirstAt, answer.Refusals[0].LastAt));
    }

    [Fact]
    public async Task Every_member_of_the_request_narrows_and_is_checked()
    {
        await using var server = await StartAsync();

        Assert.Equal("198.51.100.7", Assert.Single((await ListAsync(server, new() { InstanceName = "web-1", Port = 23 })).Refusals).SourceAddress);
        // A type of ICMP is no port.
        Assert.Empty((await ListAsync(server, new() { InstanceName = "web-1", Port = 8 })).Refusals);
        Assert.Equal(53, Assert.Single((await ListAsync(server, new() { InstanceName = "web-1", Cidr = "2001:db8::/32" })).Refusals).FromPort);
        Assert.Single((await ListAsync(server, new() { InstanceName = "web-1", MaxResults = 1 })).Refusals);
        foreach (var (request, field) in new[] { (new ListRefusalsRequest { Port = -1 }, "port"), (new() { Cidr = "10.1" }, "cidr"), (new() { MaxResults = 1_001 }, "maxResults") })
        {
            Assert.Contains(field + ": ", (await ServerHarness.RefusalAsync(() => ListAsync(server, request with { InstanceName = "web-1" }))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task They_are_told_to_callers_that_may_on_the_instance_and_to_no_other()
    {
        await using var server = await StartAsync();
        await server.AddWebAsync("web-2");
        await server.TagAsync("web-1", "team", "a");
        var dev = await server.AddUserAsync("dev", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"portlight:ListRefusals","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}}]}"""]);
        var other = await server.AddUserAsync("other", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["portlight:ListConnections","lightsail:*"],"Resource":"*"}]}"""]);

        Assert.Equal(4, (await ListAsync(server, new() { InstanceName = "web-1" }, dev)).Total);
        var hidden = await ServerHarness.RefusalAsync(() => ListAsync(server, new() { InstanceName = "web-2" }, dev));
        var missing = await ServerHarness.RefusalAsync(() => ListAsync(server, new() { InstanceName = "web-3" }, dev));
        Assert.Equal(("AccessDeniedException", "AccessDeniedException"), (hidden.Type, missing.Type));
        Assert.Contains("portlight:ListRefusals", (await ServerHarness.RefusalAsync(() => ListAsync(server, new() { InstanceName = "web-1" }, other))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kernel_that_notes_nothing_is_said()
    {
        await using var server = await StartAsync();
        server.Agent.Refused = null;

        var refused = await ServerHarness.RefusalAsync(() => ListAsync(server, new() { InstanceName = "web-1" }));

        Assert.Equal("OperationFailureException", refused.Type);
        Assert.Contains("what was refused to web-1 cannot be told: this machine's kernel is 5.10.0", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<ServerHarness> StartAsync()
    {
        var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        var now = server.Clock.GetUtcNow();
        server.Agent.Refused = new RefusedSources(
            1_000, 60_000, [One("198.51.100.7", 6, 23, 3), One("198.51.100.7", 1, 0x0800, 1), One("2001:db8::7", 17, 53, 2), One("203.0.113.9", 47, 0x6558, 9)], 4);
        return server;

        RefusedSource One(string source, int protocol, int port, long packets)
        {
            Assert.True(Cidr.TryParseAddress(source, out var address, out var problem), problem);
            return new RefusedSource(address, protocol, port, packets, 60 * packets, now.AddMinutes(-5), now);
        }
    }

    private static Task<ListRefusalsResponse> ListAsync(ServerHarness server, ListRefusalsRequest request, AwsCredentials? caller = null) => server.Client(caller).SendAsync(
        "Portlight_20261122.ListRefusals", request, Json.Default.ListRefusalsRequest, Json.Default.ListRefusalsResponse, TestContext.Current.CancellationToken);
}
