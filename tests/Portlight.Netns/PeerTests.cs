using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>Private addresses: reachable from instances of the same group, whatever the port set, and from nowhere else, whatever the port set.</summary>
public sealed class PeerTests
{
    [Theory]
    [InlineData("")]
    [InlineData("0-65535/all")]
    public void A_private_address_is_reachable_from_peers_and_from_nowhere_else(string ports)
    {
        using var scene = new Scene();
        var target = scene.Put(Scene.Lab(9, Ports.Of(ports), group: 1));
        var peer = scene.Put(Scene.Lab(8, Ports.Of("0-65535/all"), group: 1));
        var stranger = scene.Put(Scene.Lab(7, Ports.Of("0-65535/all"), group: 2));
        var inside = scene.Inside(target);

        var packet = PacketTrial.Read("22/tcp from 172.26.0.8") with { Destination = Scene.Private(9) };
        Assert.True(PassesFrom(scene, scene.Inside(peer), 8, inside, packet));
        Assert.True(PassesFrom(scene, scene.Inside(peer), 8, inside, PacketTrial.Read("gre from 172.26.0.8") with { Destination = Scene.Private(9) }));
        Assert.False(PassesFrom(scene, scene.Inside(stranger), 7, inside, packet with { Source = Scene.Private(7) }));

        // With a peer's address as its source from elsewhere, and from the host.
        Assert.False(scene.Probe(scene.FromClient, target, inside).Passes(packet));
        Assert.False(scene.Probe(scene.FromHost, target, inside).Passes(packet));
    }

    [Fact]
    public void Peers_speak_with_their_private_address_and_meet_the_port_set_on_the_public_one()
    {
        using var scene = new Scene();
        var target = scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        var peer = scene.Put(Scene.Lab(8, Ports.Of("0-65535/all")));
        var (inside, from) = (scene.Inside(target), scene.Inside(peer));
        using var anyPort = new Echo(from, inside, "172.26.0.9", 12345);
        using var openPort = new Echo(from, inside, "203.0.113.9", 80);
        Assert.True(anyPort.Answers() && openPort.Answers());
        Assert.Equal("172.26.0.8", anyPort.Near.Address.ToString());
        Assert.Equal("203.0.113.8", openPort.Near.Address.ToString());
        Assert.False(PassesFrom(scene, from, 8, inside, PacketTrial.Read("81/tcp from 203.0.113.8") with { Destination = Scene.PublicIpv4(9) }));
    }

    [Fact]
    public void An_instance_cannot_send_with_a_foreign_ipv4_address()
    {
        using var scene = new Scene();
        var target = scene.Put(Scene.Lab(9, Ports.Of("0-65535/all")));
        var inside = scene.Inside(target);
        var from = scene.Inside(scene.Put(Scene.Lab(8, Ports.Of("0-65535/all"))));
        Assert.True(PassesFrom(scene, from, 8, inside, PacketTrial.Read("80/tcp from 203.0.113.8") with { Destination = Scene.PublicIpv4(9) }));
        Assert.False(PassesFrom(scene, from, 8, inside, PacketTrial.Read("80/tcp from 198.51.100.10") with { Destination = Scene.PublicIpv4(9) }));
    }

    private static bool PassesFrom(Scene scene, NetworkNode from, long index, NetworkNode inside, Packet packet)
    {
        using var sender = new PacketSender(from);
        using var capture = PacketCapture.Arriving(inside);
        var reply = scene.Reply(inside, Scene.PublicIpv4(9), from, Scene.PublicIpv4(index));
        return new PacketProbe(sender, capture, reply).Passes(packet);
    }
}
