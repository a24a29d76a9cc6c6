using System.Net;
using System.Net.Sockets;
using Portlight.Agent;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>Guests on a bridge, beside what <see cref="PassTests"/>, <see cref="ModelTests"/>, <see cref="StormTests"/> and <see cref="ForgedTests"/> try of every place.</summary>
public sealed class BridgeTests
{
    private const string NfCallIptables = "bridge/bridge-nf-call-iptables";

    [Fact]
    public void Guests_of_one_bridge_reach_each_other_by_open_ports_alone()
    {
        using var scene = new Scene();
        using var bridge = new TestBridge(scene);
        var (one, two) = (bridge.AddGuest(11, "one0"), bridge.AddGuest(12, "two0"));
        scene.Put(TestBridge.Attached(11, "one0", Ports.Of("0-65535/udp")));
        scene.Put(TestBridge.Attached(12, "two0", Ports.Of("80/udp")));
        using var sender = new PacketSender(one);
        using var capture = PacketCapture.Arriving(two);
        Packet[] begun = [scene.Reply(two, Scene.PublicIpv4(12), one, Scene.PublicIpv4(11)), scene.Reply(two, Scene.PublicIpv6(12), one, Scene.PublicIpv6(11))];
        var probe = new PacketProbe(sender, capture, begun);
        Assert.Equal([true, false, true, false], probe.Verdicts(Udp(11, 12, 80), Udp(11, 12, 81), Udp(11, 12, 80, isIpv6: true), Udp(11, 12, 81, isIpv6: true)));

        scene.Put(TestBridge.Attached(12, "two0", Ports.Of("81/udp")));
        Assert.Equal([false, true], probe.Verdicts(Udp(11, 12, 80), Udp(11, 12, 81)));
    }

    [Fact]
    public void A_connection_is_cut_when_its_port_closes_and_goes_on_when_it_opens()
    {
        using var scene = new Scene();
        using var bridge = new TestBridge(scene);
        var (guest, neighbour) = (bridge.AddGuest(11, "one0"), bridge.AddNeighbour());
        scene.Put(TestBridge.Attached(11, "one0", Ports.Of("7000/tcp")));
        foreach (var (from, source) in new[] { (neighbour, TestBridge.NeighbourIpv4), (scene.Client, Scene.ClientIpv4) })
        {
            using var listener = guest.Listen(new IPEndPoint(Scene.PublicIpv4(11), 7000));
            using var client = from.Connect(new IPEndPoint(Scene.PublicIpv4(11), 7000), TestNetwork.Address(source));
            using var server = listener.Accept();
            server.ReceiveTimeout = (int)Deadline.Span.TotalMilliseconds;
            client.Send([1]);
            Assert.Equal(1, server.Receive(new byte[8]));

            scene.Put(TestBridge.Attached(11, "one0", PortSet.Empty));
            client.Send([2]);
            Assert.False(server.Poll(TimeSpan.FromMilliseconds(300), SelectMode.SelectRead));
            scene.Put(TestBridge.Attached(11, "one0", Ports.Of("7000/tcp")));
            Assert.Equal(1, server.Receive(new byte[8]));
        }
    }

    [Fact]
    public async Task What_is_put_into_a_bridge_is_filtered_there_and_as_before_when_it_comes_out()
    {
        using var scene = new Scene();
        using var bridge = new TestBridge(scene);
        var (guest, neighbour) = (bridge.AddGuest(11, "one0"), bridge.AddNeighbour());
        scene.Host.Run("ip", "-batch -", "link set one0 nomaster\nroute replace 203.0.113.11/32 dev one0\n");
        scene.Put(TestBridge.Attached(11, "one0", Ports.Of("80/tcp")));
        var drift = scene.Agent.DriftAsync(TestContext.Current.CancellationToken);
        scene.Host.Run("ip", "-batch -", $"link set one0 master {TestBridge.Name}\nroute replace 203.0.113.11/32 dev {TestBridge.Name}\n");
        await drift.WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);
        Assert.All(scene.Synchronise(), report => Assert.Null(Assert.IsType<AgentReport.Applied>(report).Note));
        using var sender = new PacketSender(neighbour);
        using var capture = PacketCapture.Arriving(guest);
        var bridged = new PacketProbe(sender, capture, bridge.Replies(guest, neighbour, Scene.PublicIpv4(11), Scene.PublicIpv6(11)));
        Assert.Equal([true, false], bridged.Verdicts(Tcp(TestBridge.NeighbourIpv4, 80), Tcp(TestBridge.NeighbourIpv4, 81)));

        drift = scene.Agent.DriftAsync(TestContext.Current.CancellationToken);
        scene.Host.Run("ip", "-batch -", "link add bridge1 type bridge forward_delay 0\nlink set bridge1 up\nlink set one0 master bridge1\nlink set uplink0 master bridge1\n");
        try
        {
            // Another bridge, the same port: nothing is to be changed, and nothing opens.
            Assert.Equal([true, false], bridged.Verdicts(Tcp(TestBridge.NeighbourIpv4, 80), Tcp(TestBridge.NeighbourIpv4, 81)));
            scene.Host.Run("ip", "link del bridge1");
            await drift.WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);
            scene.Host.Run("ip", "-batch -", "addr add 10.254.1.1/24 dev one0\nroute replace 203.0.113.11/32 dev one0\n");
            guest.Run("ip", "-batch -", "addr add 10.254.1.2/24 dev eth0\nroute replace default via 10.254.1.1 src 203.0.113.11\n");
            var routed = new PacketProbe(scene.FromClient, capture, scene.Replies(scene.FromClient, guest, Scene.PublicIpv4(11)));
            Assert.Equal([true, false], routed.Verdicts(Tcp(Scene.ClientIpv4, 80), Tcp(Scene.ClientIpv4, 81)));
            Assert.DoesNotContain("bridge portlight", scene.Host.Run("nft", "list tables"), StringComparison.Ordinal);
        }
        finally
        {
            scene.Host.Run("ip", "-batch -", $"link set one0 master {TestBridge.Name}\n");
        }
    }

    [Fact]
    public void What_is_no_IP_packet_passes_only_as_ARP()
    {
        using var scene = new Scene();
        using var bridge = new TestBridge(scene);
        var (guest, neighbour) = (bridge.AddGuest(11, "one0"), bridge.AddNeighbour());
        scene.Put(TestBridge.Attached(11, "one0", Ports.Of("0-65535/all")));
        const ushort arp = 0x0806, vlan = 0x8100, providersVlan = 0x88a8, pppoe = 0x8864, mpls = 0x8847, experimental = 0x88b5;
        using var frames = new Frames(neighbour, guest);
        Assert.Equal([true, false, false, false, false, false], frames.Pass(arp, vlan, providersVlan, pppoe, mpls, experimental));
        scene.Remove(11);
        Assert.All(frames.Pass(arp, vlan, providersVlan, pppoe, mpls, experimental), Assert.True);
    }

    [Fact]
    public void Addresses_are_found_and_given_whatever_the_port_set()
    {
        using var scene = new Scene();
        using var bridge = new TestBridge(scene);
        var (guest, neighbour) = (bridge.AddGuest(11, "one0"), bridge.AddNeighbour());
        scene.Put(TestBridge.Attached(11, "one0", PortSet.Empty));
        guest.Run("ip", "neigh flush all");
        neighbour.Run("ip", "neigh flush all");
        using var sender = new PacketSender(neighbour);
        using var capture = PacketCapture.Arriving(guest);
        var probe = new PacketProbe(sender, capture, bridge.Replies(guest, neighbour, Scene.PublicIpv4(11), Scene.PublicIpv6(11)));
        var offer = Udp(TestBridge.NeighbourIpv4, 11, 67, 68);
        Assert.Equal([true, false, false], probe.Verdicts(offer, offer with { SourcePort = 68 }, offer with { Port = 69 }));
        var advertise = offer with { Source = TestNetwork.Address("fe80::5"), Destination = Scene.PublicIpv6(11), SourcePort = 547, Port = 546 };
        Assert.Equal([true, false, false], probe.Verdicts(advertise, advertise with { Source = TestNetwork.Address("2001:db8:c::5") }, advertise with { Port = 547 }));
    }

    [Fact]
    public void Errors_about_a_connection_come_in_and_others_do_not()
    {
        using var scene = new Scene();
        using var bridge = new TestBridge(scene);
        var (guest, neighbour) = (bridge.AddGuest(11, "one0"), bridge.AddNeighbour());
        scene.Put(TestBridge.Attached(11, "one0", Ports.Of("7000/udp")));
        using var sender = new PacketSender(neighbour);
        using var capture = PacketCapture.Arriving(guest);
        var replies = bridge.Replies(guest, neighbour, Scene.PublicIpv4(11), Scene.PublicIpv6(11));
        var probe = new PacketProbe(sender, capture, replies);
        var begun = ForgedStage.Answer(replies[0]);
        var error = new Packet { Source = TestNetwork.Address("198.51.100.3"), Destination = Scene.PublicIpv4(11), Protocol = Packet.Icmp, Type = 3, Code = 4, About = begun };
        Assert.Equal([true, false, false], probe.Verdicts(error, error with { About = begun with { Port = 9 } }, error with { Type = 5, Code = 1 }));
    }

    [Fact]
    public async Task Where_connection_tracking_does_not_see_the_bridge_nothing_opens_and_it_is_said()
    {
        using var scene = new Scene();
        using var bridge = new TestBridge(scene);
        var (guest, neighbour) = (bridge.AddGuest(11, "one0"), bridge.AddNeighbour());
        scene.Put(TestBridge.Attached(11, "one0", Ports.Of("80/tcp")));
        using var sender = new PacketSender(neighbour);
        using var capture = PacketCapture.Arriving(guest);
        var reply = bridge.Replies(guest, neighbour, Scene.PublicIpv4(11), Scene.PublicIpv6(11))[0];
        ForgedStage.Set(NfCallIptables, "0");
        try
        {
            var open = Tcp(TestBridge.NeighbourIpv4, 80);
            Assert.Equal([false, false], new PacketProbe(sender, capture, open).Verdicts(reply, open with { Port = 81 }));
            var report = Assert.IsType<AgentReport.Applied>(Assert.Single(scene.Synchronise()));
            Assert.Contains("net.bridge.bridge-nf-call-iptables is 0", report.Note, StringComparison.Ordinal);
            var facts = await scene.Agent.InspectAsync(TestBridge.Attached(11, "one0", PortSet.Empty).Attachment, TestContext.Current.CancellationToken);
            Assert.Contains("`sysctl -w net.bridge.bridge-nf-call-iptables=1", facts.Refusal, StringComparison.Ordinal);
        }
        finally
        {
            ForgedStage.Set(NfCallIptables, "1");
        }

        Assert.Null(Assert.IsType<AgentReport.Applied>(Assert.Single(scene.Synchronise())).Note);
        Assert.True(new PacketProbe(sender, capture, reply).Passes(reply));
    }

    [Fact]
    public async Task Connections_of_guests_on_bridges_cannot_be_drained_and_attach_says_so()
    {
        using var scene = new Scene(ConnectionPolicy.Drain);
        using var bridge = new TestBridge(scene);
        bridge.AddGuest(11, "one0");
        var facts = await scene.Agent.InspectAsync(TestBridge.Attached(11, "one0", PortSet.Empty).Attachment, TestContext.Current.CancellationToken);
        Assert.Contains("only be cut, not drained", facts.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_boot_closes_a_guest_before_its_interface_is_there_and_opens_nothing_when_it_comes()
    {
        using var scene = new Scene();
        using var bridge = new TestBridge(scene);
        var (guest, neighbour) = (bridge.AddGuest(11, "one0"), bridge.AddNeighbour());
        scene.Put(TestBridge.Attached(11, "one0", Ports.Of("80/tcp")));
        scene.StopAgent();
        scene.Host.Run("nft", "flush ruleset");
        scene.Host.Run("ip", "link set one0 name away0");
        var restored = Restoration.Run(scene.Options.AppliedFile!, Scene.Installation, "/nowhere");
        Assert.Equal((1, null), (restored.Attachments, restored.Damage));
        // What leaves by another name passes; as soon as it has the attached one, it is closed.
        using var sender = new PacketSender(neighbour);
        using var capture = PacketCapture.Arriving(guest);
        var open = sender.Send(Tcp(TestBridge.NeighbourIpv4, 80));
        Assert.True(capture.Await(open[0], Deadline.Span));
        scene.Host.Run("ip", "link set away0 name one0");
        var marks = sender.Send(Tcp(TestBridge.NeighbourIpv4, 80), Tcp(TestBridge.NeighbourIpv4, 81));
        scene.RestartAgent();
        var probe = new PacketProbe(sender, capture, bridge.Replies(guest, neighbour, Scene.PublicIpv4(11), Scene.PublicIpv6(11)));
        Assert.Equal([true, false], probe.Verdicts(Tcp(TestBridge.NeighbourIpv4, 80), Tcp(TestBridge.NeighbourIpv4, 81)));
        Assert.DoesNotContain(marks, capture.HasSeen);
    }

    [Fact]
    public void A_closed_name_closes_a_guest_on_a_bridge_from_its_first_packet_on()
    {
        using var scene = new Scene();
        using var bridge = new TestBridge(scene);
        var (guest, neighbour) = (bridge.AddGuest(11, "one0"), bridge.AddNeighbour());
        scene.Put(TestBridge.Attached(11, "one0", Ports.Of("80/tcp")) with { Attachment = new Attachment.Interface("one0", [Scene.PublicIpv4(11)], []) { ClosedNames = ["vnet*"] } });
        var unknown = bridge.AddGuest(12, "vnet7");
        // ARP does not pass either.
        var address = unknown.Run("ip", "-o link show eth0").Split("link/ether ")[1].Split(' ')[0];
        neighbour.Run("ip", $"neigh replace {Scene.PublicIpv4(12)} lladdr {address} dev eth0");
        using var sender = new PacketSender(neighbour);
        using var capture = PacketCapture.Arriving(unknown);
        using var known = PacketCapture.Arriving(guest);
        var marks = sender.Send(Udp(TestBridge.NeighbourIpv4, 12, 40000, 80), Tcp(TestBridge.NeighbourIpv4, 80));
        Assert.True(known.Await(marks[1], Deadline.Span));
        Assert.False(capture.HasSeen(marks[0]));
        scene.Remove(11);
        Assert.True(capture.Await(sender.Send(Udp(TestBridge.NeighbourIpv4, 12, 40000, 80))[0], Deadline.Span));
    }

    [Fact]
    public async Task A_bridge_and_a_port_of_it_are_not_attached_both()
    {
        using var scene = new Scene();
        using var bridge = new TestBridge(scene);
        bridge.AddGuest(11, "one0");
        scene.Put(TestBridge.Attached(11, "one0", PortSet.Empty));
        var whole = TestBridge.Attached(12, TestBridge.Name, PortSet.Empty) with { Revision = 500 };
        var reports = await scene.Agent.ApplyAsync([whole], [], TestContext.Current.CancellationToken);
        Assert.Contains("detach one of them", Assert.IsType<AgentReport.Unfiltered>(Assert.Single(reports)).Reason, StringComparison.Ordinal);
        scene.Remove(12);
    }

    [Fact]
    public void Both_tables_come_back_when_somebody_removes_them_and_go_with_a_teardown()
    {
        using var scene = new Scene();
        using var bridge = new TestBridge(scene);
        var (guest, neighbour) = (bridge.AddGuest(11, "one0"), bridge.AddNeighbour());
        scene.Put(TestBridge.Attached(11, "one0", Ports.Of("80/tcp; 9000-9100/udp")));
        using var sender = new PacketSender(neighbour);
        using var capture = PacketCapture.Arriving(guest);
        var probe = new PacketProbe(sender, capture, bridge.Replies(guest, neighbour, Scene.PublicIpv4(11), Scene.PublicIpv6(11)));
        foreach (var damage in new[] { "flush ruleset", "delete table bridge portlight", "flush chain bridge portlight instance", "delete table inet portlight" })
        {
            var repairs = scene.Agent.Status.DriftRepairs;
            scene.Host.Run("nft", damage);
            Assert.True(SpinWait.SpinUntil(() => scene.Agent.Status.DriftRepairs > repairs, Deadline.Span), $"no repair after `{damage}`");
            Assert.Equal([true, false, true], probe.Verdicts(Tcp(TestBridge.NeighbourIpv4, 80), Tcp(TestBridge.NeighbourIpv4, 81), Udp(TestBridge.NeighbourIpv4, 11, 40000, 9050)));
        }

        scene.StopAgent();
        Assert.True(Scene.TearDown().HasTable);
        Assert.DoesNotContain("portlight", scene.Host.Run("nft", "list tables"), StringComparison.Ordinal);
    }

    private static Packet Tcp(string from, ushort port) => new() { Source = TestNetwork.Address(from), Destination = Scene.PublicIpv4(11), Protocol = Packet.Tcp, Port = port };

    private static Packet Udp(string from, long to, ushort sourcePort, ushort port) =>
        new() { Source = TestNetwork.Address(from), Destination = Scene.PublicIpv4(to), Protocol = Packet.Udp, SourcePort = sourcePort, Port = port };

    private static Packet Udp(long from, long to, ushort port, bool isIpv6 = false) => new()
    {
        Source = isIpv6 ? Scene.PublicIpv6(from) : Scene.PublicIpv4(from),
        Destination = isIpv6 ? Scene.PublicIpv6(to) : Scene.PublicIpv4(to),
        Protocol = Packet.Udp,
        Port = port,
    };
}
