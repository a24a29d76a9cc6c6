using Portlight.Domain;

namespace Portlight.Agent.Tests;

public sealed class RecordingAgentTests
{
    [Fact]
    public void It_says_that_nothing_is_enforced_and_why()
    {
        var agent = new RecordingAgent(TimeProvider.System, "no kernel here");
        Assert.False(agent.Status.Enforces);
        Assert.Equal("no kernel here", agent.Status.Reason);
        Assert.Null(agent.Status.LastSynchronised);
    }

    [Fact]
    public async Task An_interface_that_is_not_there_and_the_loopback_are_refused()
    {
        var agent = new RecordingAgent(TimeProvider.System, "no kernel here");
        var absent = await agent.InspectAsync(new Attachment.Interface("pl-not-there", [], []), TestContext.Current.CancellationToken);
        var loopback = await agent.InspectAsync(new Attachment.Interface("lo", [], []), TestContext.Current.CancellationToken);
        Assert.Contains("no interface `pl-not-there`", absent.Refusal, StringComparison.Ordinal);
        Assert.Contains("loopback", loopback.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sockets_that_wait_for_packets_from_outside_are_named()
    {
        using var everywhere = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetworkV6, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        using var loopback = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        everywhere.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.IPv6Any, 0));
        everywhere.Listen();
        loopback.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));

        var facts = await new RecordingAgent(TimeProvider.System, "no kernel here").InspectAsync(new Attachment.ThisHost([], []), TestContext.Current.CancellationToken);

        Assert.Null(facts.Refusal);
        Assert.Contains(("tcp", System.Net.IPAddress.IPv6Any, ((System.Net.IPEndPoint)everywhere.LocalEndPoint!).Port), facts.Listeners.Select(socket => (socket.Protocol, socket.Address, socket.Port)));
        Assert.DoesNotContain(facts.Listeners, socket => socket.Protocol == "udp" && socket.Address.Equals(System.Net.IPAddress.Loopback));
    }
}
