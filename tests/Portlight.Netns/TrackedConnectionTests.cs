using Portlight.Agent.Inspection;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>The connections of an instance, as the kernel's connection tracking has them.</summary>
public sealed class TrackedConnectionTests
{
    [Theory]
    [InlineData("203.0.113.9", Scene.ClientIpv4)]
    [InlineData("2001:db8:a::9", Scene.ClientIpv6)]
    public async Task Those_that_others_have_to_it_are_listed_with_peer_and_port_and_no_others(string address, string client)
    {
        using var scene = new Scene();
        scene.Host.Run("conntrack", "-F");
        var instance = scene.Put(Scene.Lab(9, Ports.Of("80/tcp; 443/tcp")));
        var other = scene.Put(Scene.Lab(10, Ports.Of("80/tcp")));
        using var first = new Echo(scene.Client, scene.Inside(instance), address, 80);
        using var second = new Echo(scene.Client, scene.Inside(instance), address, 443);
        using var elsewhere = new Echo(scene.Client, scene.Inside(other), "203.0.113.10", 80);
        Assert.True(first.Answers());

        var found = await scene.Agent.ListConnectionsAsync(9, 10, TestContext.Current.CancellationToken);

        Assert.Equal(2, found.Total);
        Assert.Equal(
            new[] { (first.Near, 80), (second.Near, 443) }.Select(one => $"{one.Item1} {one.Item2}").Order(StringComparer.Ordinal),
            found.Some.Select(one => $"{one.Peer} {one.Port}").Order(StringComparer.Ordinal));
        Assert.All(found.Some, one => Assert.Equal((NetworkProtocol.Tcp, TestNetwork.Address(client)), (one.Protocol, one.Peer.Address)));
        var bounded = await scene.Agent.ListConnectionsAsync(9, 1, TestContext.Current.CancellationToken);
        Assert.Equal((1, 2), (bounded.Some.Length, bounded.Total));
        Assert.Equal(1, (await scene.Agent.ListConnectionsAsync(10, 10, TestContext.Current.CancellationToken)).Total);
        await Assert.ThrowsAsync<AgentException>(() => scene.Agent.ListConnectionsAsync(11, 10, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Of_the_machine_itself_those_to_any_of_its_addresses_are_listed_and_not_those_that_it_made()
    {
        using var scene = new Scene();
        scene.Host.Run("conntrack", "-F");
        var machine = new DesiredInstance { Index = 1, Revision = 1, Attachment = new Attachment.ThisHost([], []), Ports = Ports.Of("22/tcp"), IsRunning = true };
        using var inbound = new Echo(scene.Client, scene.Host, "10.255.1.1", 22);
        using var outbound = new Echo(scene.Host, scene.Client, Scene.ClientIpv4, 8080);

        var found = await ConnectionTracking.OfAsync(machine, 10, TestContext.Current.CancellationToken);

        Assert.Equal($"{inbound.Near} 22", string.Join(", ", found.Some.Select(one => $"{one.Peer} {one.Port}")));
    }

    [Fact]
    public async Task Of_an_interface_without_addresses_it_is_said_what_is_missing()
    {
        var guest = new DesiredInstance { Index = 1, Revision = 1, Attachment = new Attachment.Interface("tap0", [], []), Ports = PortSet.Empty, IsRunning = true };

        Assert.Contains("--address", (await Assert.ThrowsAsync<AgentException>(() => ConnectionTracking.OfAsync(guest, 10, TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
    }
}
