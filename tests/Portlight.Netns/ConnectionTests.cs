using System.Buffers.Binary;
using Portlight.Nftables;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>What becomes of an open connection when its port closes.</summary>
public sealed class ConnectionTests
{
    private const ulong Mark = 0x9E3779B97F4A7C15;

    [Theory]
    [InlineData("203.0.113.9", true)]
    [InlineData("2001:db8:a::9", true)]
    [InlineData("203.0.113.9", false)]
    public void Cut_ends_an_open_connection_in_the_commit_that_closes_its_port(string address, bool fromClient)
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, Ports.Of("80/tcp; 443/tcp")));
        var inside = scene.Inside(instance);
        var sender = fromClient ? scene.FromClient : scene.FromHost;
        using var capture = PacketCapture.Arriving(inside);
        var replies = scene.Replies(sender, inside, Scene.PublicIpv4(9), Scene.PublicIpv6(9));
        var probe = new PacketProbe(sender, capture, replies);
        using var closing = new Echo(fromClient ? scene.Client : scene.Host, inside, address, 80);
        using var staying = new Echo(fromClient ? scene.Client : scene.Host, inside, address, 443);
        Assert.True(closing.Answers());

        scene.Put(instance with { Ports = Ports.Of("443/tcp") });

        // By the sender's own thread, then packets that always pass: what has not come by then was dropped.
        Assert.Empty(probe.ArrivedAfter(() => closing.Send(MarkBytes()), Mark));
        Assert.True(staying.Answers());
    }

    [Fact]
    public void Cut_lets_a_connection_go_on_when_its_port_opens_again()
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        using var echo = new Echo(scene.Client, scene.Inside(instance), "203.0.113.9", 80);
        scene.Put(instance with { Ports = Ports.Of("") });
        scene.Put(instance with { Ports = Ports.Of("80/tcp from 198.51.100.0/24") });
        Assert.True(echo.Answers());
    }

    [Theory]
    [InlineData("203.0.113.9")]
    [InlineData("2001:db8:a::9")]
    public void Drain_lets_an_open_connection_live_and_lets_in_no_new_one(string address)
    {
        using var scene = new Scene(ConnectionPolicy.Drain);
        var instance = scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        var inside = scene.Inside(instance);
        var probe = scene.Probe(scene.FromClient, instance, inside);
        using var echo = new Echo(scene.Client, inside, address, 80);

        scene.Put(instance with { Ports = Ports.Of("") });

        Assert.True(echo.Answers());
        var anew = PacketTrial.Read(address.Contains(':', StringComparison.Ordinal) ? "80/tcp from 2001:db8:5::1" : "80/tcp from 198.51.100.1");
        Assert.False(probe.Passes(anew with { Destination = TestNetwork.Address(address) }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nothing_that_was_cut_comes_back_when_the_policy_changes_over_restarts(bool isIpv4)
    {
        using var scene = new Scene();
        scene.Host.Run("conntrack", "-F");
        var instance = scene.Put(Scene.Lab(9, Ports.Of("7000/udp; 7001/udp")));
        var inside = scene.Inside(instance);
        var probe = scene.Probe(scene.FromClient, instance, inside);
        var own = isIpv4 ? Scene.PublicIpv4(9) : Scene.PublicIpv6(9);
        var cut = ForgedTests.LetIn(scene, inside, own, 7000);
        var open = ForgedTests.LetIn(scene, inside, own, 7001);
        instance = scene.Put(instance with { Ports = Ports.Of("7001/udp; 7002/udp") });
        Assert.Equal([false, true], probe.Verdicts(cut, open));

        // What was cut stays so; what is open is remembered as let in from its next packet on.
        Restart(ConnectionPolicy.Drain);
        Assert.Equal([false, true], probe.Verdicts(cut, open));
        var drained = ForgedTests.LetIn(scene, inside, own, 7002);
        instance = scene.Put(instance with { Ports = Ports.Of("") });
        Assert.Equal([false, true, true], probe.Verdicts(cut, open, drained));

        Restart(ConnectionPolicy.Cut);
        Assert.Equal([false, false, false], probe.Verdicts(cut, open, drained));

        // docs/ruleset.md tells this: the kernel still remembers who let them in.
        Restart(ConnectionPolicy.Drain);
        Assert.Equal([false, true, true], probe.Verdicts(cut, open, drained));
        Assert.False(probe.Passes(drained with { SourcePort = 40008 }));

        void Restart(ConnectionPolicy connections)
        {
            scene.Options = scene.Options with { Connections = connections };
            scene.RestartAgent();
        }
    }

    private static byte[] MarkBytes()
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, Mark);
        return bytes;
    }
}
