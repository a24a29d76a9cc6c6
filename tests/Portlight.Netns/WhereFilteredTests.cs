using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Portlight.Domain;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>Other ways than the usual one to an attached place, and packets that only seem to be on the way to one.</summary>
public sealed class WhereFilteredTests
{
    private const string Reroute = """
        table inet reroute {
            chain translate {
                type nat hook output priority -100
                ip daddr 198.51.100.77 dnat ip to 203.0.113.9
                ip6 daddr 2001:db8:c::77 dnat ip6 to 2001:db8:a::9
            }
        }
        """;

    [Theory]
    [InlineData("5353/udp from 10.255.1.1", "198.51.100.77")]
    [InlineData("80/tcp from 10.255.1.1", "198.51.100.77")]
    [InlineData("80/tcp from fd00:255:1::1", "2001:db8:c::77")]
    public void What_this_machine_sends_is_filtered_by_where_it_really_leaves(string text, string destination)
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, PortSet.Empty));
        scene.Host.Run("ip", $"route add {destination} dev {Scene.ClientLink}");
        scene.Host.Nft(Reroute);
        try
        {
            var probe = scene.Probe(scene.FromHost, instance, scene.Inside(instance));
            var packet = PacketTrial.Read(text) with { Destination = TestNetwork.Address(destination) };
            Assert.False(probe.Passes(packet));
            scene.Put(instance with { Ports = Ports.Of("80/tcp; 5353/udp") });
            Assert.True(probe.Passes(packet with { SourcePort = 40001 }));
        }
        finally
        {
            scene.Host.Nft("delete table inet reroute");
            scene.Host.Run("ip", $"route del {destination} dev {Scene.ClientLink}");
        }
    }

    [Fact]
    public void A_route_by_mark_leads_around_nothing()
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, PortSet.Empty));
        // For the main table the address is the client's; a mark set on the way out leads to the instance.
        scene.Host.Nft("add table inet reroute\nadd chain inet reroute output { type route hook output priority mangle; }\nadd rule inet reroute output ip daddr 198.51.100.78 meta mark set 7");
        scene.Host.Run("ip", "-batch -", $"route add 198.51.100.78 dev {Scene.ClientLink}\nrule add fwmark 7 lookup 777\nroute add 198.51.100.78 via 203.0.113.9 dev pl9 onlink table 777\n");
        try
        {
            var probe = scene.Probe(scene.FromHost, instance, scene.Inside(instance));
            var packet = PacketTrial.Read("5353/udp from 10.255.1.1") with { Destination = TestNetwork.Address("198.51.100.78") };
            Assert.False(probe.Passes(packet));
            scene.Put(instance with { Ports = Ports.Of("5353/udp") });
            Assert.True(probe.Passes(packet with { SourcePort = 40001 }));
        }
        finally
        {
            scene.Host.Nft("delete table inet reroute");
            scene.Host.Run("ip", "-batch -", $"route del 198.51.100.78 dev {Scene.ClientLink}\nrule del fwmark 7 lookup 777\nroute flush table 777\n");
        }
    }

    [Theory]
    [InlineData("80/tcp from 198.51.100.1", "198.18.5.1", "")]
    [InlineData("80/tcp from 2001:db8:5::1", "2001:db8:5555::1", "-6 ")]
    public void An_address_that_is_local_by_policy_routing_is_this_machine(string text, string address, string family)
    {
        using var scene = new Scene();
        var host = Scene.Lab(9, PortSet.Empty) with { Attachment = new Attachment.ThisHost([], []), NamespaceName = null };
        var own = TestNetwork.Address(family.Length == 0 ? "10.255.1.1" : "fd00:255:1::1");
        scene.Host.Run("ip", $"{family}-batch -", $"rule add iif {Scene.ClientLink} lookup 778\nroute add local {address} dev lo table 778\n");
        try
        {
            using var capture = PacketCapture.Delivered(scene.Host, Packet.Tcp, Packet.Udp);
            scene.Put(host);
            var probe = new PacketProbe(scene.FromClient, capture, scene.Replies(scene.FromClient, scene.Host, own));
            var packet = PacketTrial.Read(text) with { Destination = TestNetwork.Address(address) };
            Assert.False(probe.Passes(packet));
            scene.Put(host with { Ports = Ports.Of("80/tcp") });
            Assert.True(probe.Passes(packet with { SourcePort = 40001 }));
        }
        finally
        {
            scene.Host.Run("ip", $"{family}-batch -", $"rule del iif {Scene.ClientLink} lookup 778\nroute flush table 778\n");
        }
    }

    [Fact]
    public void Multicast_and_broadcast_to_this_machine_meet_its_port_set()
    {
        using var scene = new Scene();
        var host = Scene.Lab(9, PortSet.Empty) with { Attachment = new Attachment.ThisHost([], []), NamespaceName = null };
        scene.Put(host);
        var multicast = TestNetwork.Address("224.0.0.251");
        using var listener = scene.Host.Udp(new IPEndPoint(IPAddress.Any, 5353));
        scene.Host.Do(() => listener.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(multicast, TestNetwork.Address("10.255.1.1"))));
        scene.Client.Run("ip", "route add 224.0.0.0/4 dev eth0");
        using var capture = PacketCapture.Delivered(scene.Host, Packet.Udp);
        var probe = new PacketProbe(scene.FromClient, capture, scene.Replies(scene.FromClient, scene.Host, TestNetwork.Address("10.255.1.1")));
        var packet = PacketTrial.Read($"5353/udp from {Scene.ClientIpv4}") with { Destination = multicast };
        Assert.False(probe.Passes(packet));
        scene.Put(host with { Ports = Ports.Of("5353/udp") });
        Assert.True(probe.Passes(packet with { SourcePort = 40001 }));
    }

    [Fact]
    public void Masqueraded_connections_of_others_get_their_replies_through_a_closed_machine()
    {
        using var scene = new Scene();
        var guest = scene.Network.AddMachine("guest", "guest0", "172.17.0.2");
        var instance = scene.Put(Scene.Lab(8, PortSet.Empty));
        scene.Put(Scene.Lab(9, PortSet.Empty) with { Attachment = new Attachment.ThisHost([], []), NamespaceName = null });
        scene.Host.Nft($"add table ip nat\nadd chain ip nat postrouting {{ type nat hook postrouting priority srcnat; }}\nadd rule ip nat postrouting oifname {Scene.ClientLink} masquerade");
        try
        {
            using var fromGuest = new Echo(guest, scene.Client, Scene.ClientIpv4, 8080);
            using var fromInstance = new Echo(scene.Inside(instance), scene.Client, Scene.ClientIpv4, 8081);
            using var fromHost = new Echo(scene.Host, scene.Client, Scene.ClientIpv4, 8082);
            Assert.True(fromGuest.Answers() && fromInstance.Answers() && fromHost.Answers());
        }
        finally
        {
            scene.Host.Nft("delete table ip nat");
        }
    }

    [Fact]
    public void Broadcast_between_guests_of_a_bridge_is_left_alone()
    {
        if (!File.Exists("/proc/sys/net/bridge/bridge-nf-call-iptables"))
        {
            Assert.Skip("this kernel has no br_netfilter: bridged frames are not filtered at all");
        }

        using var scene = new Scene();
        var one = scene.Network.AddMachine("one", "one0");
        var two = scene.Network.AddMachine("two", "two0");
        scene.Host.Run("ip", "-batch -", "link add bridge0 type bridge\nlink set one0 master bridge0\nlink set two0 master bridge0\nlink set bridge0 up\n");
        try
        {
            ForgedStage.Set("bridge/bridge-nf-call-iptables", "1");
            scene.Put(Scene.Lab(9, PortSet.Empty) with { Attachment = new Attachment.ThisHost([], []), NamespaceName = null });
            one.Run("ip", "-batch -", "addr flush dev eth0\naddr add 192.168.7.1/24 dev eth0\n");
            two.Run("ip", "-batch -", "addr flush dev eth0\naddr add 192.168.7.2/24 dev eth0\n");
            using var sender = one.Udp(new IPEndPoint(TestNetwork.Address("192.168.7.1"), 0));
            using var receiver = two.Udp(new IPEndPoint(IPAddress.Any, 6767));
            sender.EnableBroadcast = true;
            var heard = 0;
            var deadline = Stopwatch.StartNew();
            while (heard == 0 && deadline.Elapsed < Deadline.Span)
            {
                // The bridge opens its ports a little after they are there.
                sender.SendTo([1], new IPEndPoint(IPAddress.Broadcast, 6767));
                heard = receiver.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead) ? receiver.Receive(new byte[8]) : 0;
            }

            Assert.Equal(1, heard);
        }
        finally
        {
            scene.Host.Run("ip", "link del bridge0");
        }
    }
}
