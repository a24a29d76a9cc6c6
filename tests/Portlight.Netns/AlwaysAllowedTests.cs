using System.Net;
using System.Net.Sockets;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>What passes with everything closed: replies, errors about what the instance began, neighbour discovery, and on the machine itself a little more.</summary>
public sealed class AlwaysAllowedTests
{
    [Theory]
    [InlineData(Scene.ClientIpv4)]
    [InlineData(Scene.ClientIpv6)]
    public void Replies_to_what_the_instance_began(string client)
    {
        using var scene = new Scene();
        var inside = scene.Inside(scene.Put(Scene.Lab(9, PortSet.Empty)));
        using var outward = new Echo(inside, scene.Client, client, 8080);
        Assert.True(outward.Answers());
        Assert.Contains(" 0% packet loss", inside.Run("ping", $"-c 1 -W {Deadline.Span.TotalSeconds} {client}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Scene.ClientIpv4)]
    [InlineData(Scene.ClientIpv6)]
    public void Errors_about_what_the_instance_sent(string client)
    {
        using var scene = new Scene();
        var inside = scene.Inside(scene.Put(Scene.Lab(9, PortSet.Empty)));
        var nobody = new IPEndPoint(TestNetwork.Address(client), 7);
        using var socket = inside.Do(() => new Socket(nobody.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = (int)Deadline.Span.TotalMilliseconds });
        inside.Do(() => socket.Connect(nobody));
        socket.Send([1]);
        Assert.Equal(SocketError.ConnectionRefused, Assert.Throws<SocketException>(() => socket.Receive(new byte[1])).SocketErrorCode);
    }

    [Theory]
    [InlineData(Scene.ClientIpv4)]
    [InlineData(Scene.ClientIpv6)]
    public void Path_mtu_errors_that_the_host_itself_sends(string client)
    {
        using var scene = new Scene();
        var inside = scene.Inside(scene.Put(Scene.Lab(9, PortSet.Empty)));
        scene.Host.Run("ip", $"link set {Scene.ClientLink} mtu 1400");

        // The client offers to take more than the way is wide: nothing goes through before the error has come back and the sender has learned.
        using var outward = new Echo(inside, scene.Client, client, 8080);
        Assert.True(outward.Carries(100_000));
        Assert.Contains("mtu 1400", inside.Run("ip", $"route get {client}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Neighbour_discovery_on_a_closed_machine()
    {
        using var scene = new Scene();
        scene.Put(Scene.Lab(9, PortSet.Empty) with { Attachment = new Attachment.ThisHost([], []), NamespaceName = null });
        scene.Host.Run("ip", $"neigh flush dev {Scene.ClientLink}");
        scene.Client.Run("ip", "neigh flush dev eth0");
        using var outward = new Echo(scene.Host, scene.Client, Scene.ClientIpv6, 8080);
        Assert.True(outward.Answers());
    }

    [Fact]
    public void Loopback_and_the_control_plane_on_a_closed_machine_and_nothing_else()
    {
        using var scene = new Scene(ConnectionPolicy.Cut, new ListenAddress(Cidr.AnyIpv4, 8580));
        scene.Put(Scene.Lab(9, PortSet.Empty) with { Attachment = new Attachment.ThisHost([], []), NamespaceName = null });
        var own = TestNetwork.Address("10.255.1.1");
        using var control = new Echo(scene.Client, scene.Host, "10.255.1.1", 8580);
        using var local = new Echo(scene.Host, scene.Host, "127.0.0.1", 9000);
        using var toSelf = new Echo(scene.Host, scene.Host, "10.255.1.1", 9001);
        Assert.True(control.Answers() && local.Answers() && toSelf.Answers());

        using var capture = PacketCapture.Delivered(scene.Host, Packet.Tcp, Packet.Udp);
        var probe = new PacketProbe(scene.FromClient, capture, scene.Replies(scene.FromClient, scene.Host, own));
        Packet[] packets = [.. new[] { "8580/tcp from 198.51.100.1", "8581/tcp from 198.51.100.1", "8580/udp from 198.51.100.1" }.Select(PacketTrial.Read)];
        Assert.Equal([true, false, false], probe.Verdicts([.. packets.Select(packet => packet with { Destination = own })]));
    }

    [Fact]
    public void Networks_that_attach_named_private()
    {
        using var scene = new Scene();
        Cidr.TryParse("198.51.100.0/24", AddressFamily.InterNetwork, out var trusted, out _);
        var own = TestNetwork.Address("10.255.1.1");
        scene.Put(Scene.Lab(9, PortSet.Empty) with { Attachment = new Attachment.ThisHost([], [trusted]), NamespaceName = null });
        using var capture = PacketCapture.Delivered(scene.Host, Packet.Tcp, Packet.Udp);
        var probe = new PacketProbe(scene.FromClient, capture, scene.Replies(scene.FromClient, scene.Host, own));
        Packet[] packets = [.. new[] { "80/tcp from 198.51.100.200", "80/tcp from 203.0.113.200" }.Select(PacketTrial.Read)];
        Assert.Equal([true, false], probe.Verdicts([.. packets.Select(packet => packet with { Destination = own })]));
    }
}
