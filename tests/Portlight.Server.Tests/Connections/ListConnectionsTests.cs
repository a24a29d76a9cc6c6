using System.Net;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Server.Tests.Confirming;
using Portlight.Server.Tests.Review;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;
using Json = Portlight.Wire.PortlightApi.PortlightJson;

namespace Portlight.Server.Tests.Connections;

/// <summary>Who is connected to an instance, and what a change would do to them.</summary>
public sealed class ListConnectionsTests
{
    [Fact]
    public async Task Connections_are_told_with_the_rule_that_lets_them_in()
    {
        await using var server = await StartAsync();

        var answer = await ListAsync(server, new() { InstanceName = "web-1" });

        Assert.Equal(4, answer.Total);
        Assert.Equal(["tcp 198.51.100.7:50000 22 22", "tcp 127.0.0.1:50001 22 22", "tcp 203.0.113.9:50002 443 -", "udp 2001:db8::7:50003 53 -"], answer.Connections.Select(Text));
        Assert.Equal((1_000, server.Clock.GetUtcNow()), (answer.Connections[0].Bytes, answer.Connections[0].StartedAt));
        Assert.Null(answer.Connections[1].Bytes);
    }

    [Fact]
    public async Task Every_member_of_the_request_narrows_and_is_checked()
    {
        await using var server = await StartAsync();

        Assert.Equal(2, (await ListAsync(server, new() { InstanceName = "web-1", Port = 22 })).Connections.Count);
        Assert.Equal(53, Assert.Single((await ListAsync(server, new() { InstanceName = "web-1", Cidr = "2001:db8::/32" })).Connections).Port);
        Assert.Single((await ListAsync(server, new() { InstanceName = "web-1", MaxResults = 1 })).Connections);
        foreach (var (request, field) in new[] { (new ListConnectionsRequest { Port = 70_000 }, "port"), (new() { Cidr = "10.1" }, "cidr"), (new() { MaxResults = 0 }, "maxResults") })
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
        var dev = await server.AddUserAsync("dev", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["portlight:ListConnections","portlight:PreviewPorts","lightsail:*"],"Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}}]}"""]);
        var reader = await server.AddUserAsync("reader", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["portlight:PreviewPorts","lightsail:*"],"Resource":"*"}]}"""]);

        Assert.Equal(4, (await ListAsync(server, new() { InstanceName = "web-1" }, dev)).Total);
        Assert.Equal("AccessDeniedException", (await ServerHarness.RefusalAsync(() => ListAsync(server, new() { InstanceName = "web-2" }, dev))).Type);
        var preview = await server.PreviewAsync(new() { InstanceName = "web-1", PortInfos = [], IncludeConnections = true }, reader);
        Assert.Contains("portlight:ListConnections", preview.Connections!.Problem!, StringComparison.Ordinal);
        Assert.Equal((0, 0), (preview.Connections.Total, preview.Connections.Cut.Count));
    }

    [Fact]
    public async Task A_preview_says_which_of_them_the_change_would_cut_and_whether_the_callers_is_one()
    {
        await using var server = await StartAsync();

        var closes = (await server.PreviewAsync(new() { InstanceName = "web-1", PortInfos = [], IncludeConnections = true })).Connections!;
        Assert.Equal((4, true, false), (closes.Total, closes.CallerIsCut, closes.IsDrained));
        Assert.Equal(["198.51.100.7", "127.0.0.1"], closes.Cut.Select(one => one.PeerAddress)); // the others are let in by no rule already
        var narrows = (await server.PreviewAsync(new() { InstanceName = "web-1", PortInfos = [ReviewCalls.Tcp(22, "127.0.0.0/8")], IncludeConnections = true })).Connections!;
        Assert.Equal((false, "198.51.100.7"), (narrows.CallerIsCut, Assert.Single(narrows.Cut).PeerAddress));
        Assert.Null((await server.PreviewAsync(new() { InstanceName = "web-1", PortInfos = [] })).Connections);
    }

    [Fact]
    public async Task Where_connections_are_drained_none_is_cut()
    {
        await using var server = await StartAsync();
        server.Agent.Connections = "drain";

        var closes = (await server.PreviewAsync(new() { InstanceName = "web-1", PortInfos = [], IncludeConnections = true })).Connections!;

        Assert.Equal((4, 0, true), (closes.Total, closes.Cut.Count, closes.IsDrained));
    }

    [Fact]
    public async Task A_kernel_that_cannot_be_asked_is_said()
    {
        await using var server = await StartAsync();
        server.Agent.Tracked = null;

        var refused = await ServerHarness.RefusalAsync(() => ListAsync(server, new() { InstanceName = "web-1" }));
        Assert.Equal("OperationFailureException", refused.Type);
        Assert.Contains("operation not permitted", refused.Message, StringComparison.Ordinal);
        Assert.Contains("operation not permitted", (await server.PreviewAsync(new() { InstanceName = "web-1", PortInfos = [], IncludeConnections = true })).Connections!.Problem!, StringComparison.Ordinal);
    }

    private static async Task<ServerHarness> StartAsync()
    {
        var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        server.Agent.Tracked = new TrackedConnections(
        [
            One(NetworkProtocol.Tcp, "198.51.100.7", 50_000, 22) with { Bytes = 1_000, StartedAt = server.Clock.GetUtcNow() },
            One(NetworkProtocol.Tcp, "127.0.0.1", 50_001, 22),
            One(NetworkProtocol.Tcp, "203.0.113.9", 50_002, 443),
            One(NetworkProtocol.Udp, "2001:db8::7", 50_003, 53),
        ], 4);
        return server;
    }

    private static TrackedConnection One(NetworkProtocol protocol, string peer, int peerPort, int port)
    {
        Assert.True(Cidr.TryParseAddress(peer, out var address, out var problem), problem);
        return new TrackedConnection(protocol, new IPEndPoint(address, peerPort), port);
    }

    private static string Text(PresentConnection one) => $"{one.Protocol} {one.PeerAddress}:{one.PeerPort} {one.Port} {(one.PortState is { } rule ? $"{rule.FromPort}" : "-")}";

    private static Task<ListConnectionsResponse> ListAsync(ServerHarness server, ListConnectionsRequest request, AwsCredentials? caller = null) => server.Client(caller).SendAsync(
        "Portlight_20261122.ListConnections", request, Json.Default.ListConnectionsRequest, Json.Default.ListConnectionsResponse, TestContext.Current.CancellationToken);
}
