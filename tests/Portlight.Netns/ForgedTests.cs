using System.Net;
using CsCheck;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>
/// A packet with an attached place's address as its source, sent from elsewhere, makes the kernel remember a connection that this place seems to have begun. What then comes
/// the other way is no reply.
/// </summary>
public sealed class ForgedTests
{
    private const ushort Closed = 5353;

    /// <summary>Who is attached and closed.</summary>
    public enum Victim
    {
        Lab,
        LabByPrivateAddress,
        Interface,

        /// <summary>A guest on a bridge, with the client behind the host.</summary>
        Bridged,
        ThisHost,

        /// <summary>Nothing else is attached, and no packet is forwarded.</summary>
        ThisHostAlone,
    }

    [Theory]
    [InlineData(Victim.Lab, ConnectionPolicy.Cut)]
    [InlineData(Victim.Interface, ConnectionPolicy.Cut)]
    [InlineData(Victim.Bridged, ConnectionPolicy.Cut)]
    [InlineData(Victim.ThisHost, ConnectionPolicy.Cut)]
    [InlineData(Victim.ThisHostAlone, ConnectionPolicy.Cut)]
    [InlineData(Victim.LabByPrivateAddress, ConnectionPolicy.Cut)]
    [InlineData(Victim.LabByPrivateAddress, ConnectionPolicy.Drain)]
    [InlineData(Victim.Lab, ConnectionPolicy.Drain)]
    [InlineData(Victim.ThisHost, ConnectionPolicy.Drain)]
    public void A_forged_beginning_opens_nothing_from_any_sender(Victim victim, ConnectionPolicy connections)
    {
        using var stage = new ForgedStage(victim, connections);
        var opened = new List<string>();
        foreach (var reversePath in new[] { "0", "1", "2" })
        {
            ForgedStage.Set("ipv4/conf/all/rp_filter", reversePath);
            foreach (var forgery in stage.Forgeries())
            {
                if (stage.Opens(forgery))
                {
                    opened.Add($"{forgery} with rp_filter {reversePath}");
                }
            }
        }

        Assert.Empty(opened);
    }

    [Theory]
    [InlineData(Victim.Lab)]
    [InlineData(Victim.LabByPrivateAddress)]
    [InlineData(Victim.Interface)]
    [InlineData(Victim.Bridged)]
    public void The_same_forgeries_open_a_port_where_every_reply_is_believed(Victim victim)
    {
        using var stage = new ForgedStage(victim, ConnectionPolicy.Cut);
        ForgedStage.Believe(stage.Scene);
        ForgedStage.Set("ipv4/conf/all/rp_filter", "2");
        var opened = stage.Forgeries().Where(stage.Opens).ToList();
        Assert.Contains(opened, forgery => forgery.Protocol == Packet.Tcp && forgery.IsIpv4);
        Assert.Contains(opened, forgery => forgery.Protocol == Packet.Udp && forgery.IsIpv4 == (victim == Victim.LabByPrivateAddress));
        string[] onBridge = victim == Victim.Bridged ? ["a machine on the bridge", "another guest on the bridge"] : [];
        Assert.Equal([.. onBridge.Concat(["another attached interface", "another lab instance", "the uplink"]).Order(StringComparer.Ordinal)], opened.Select(forgery => forgery.From).Distinct().Order(StringComparer.Ordinal));
    }

    // The model is one sentence: a reply passes if the victim itself has begun, and TCP is begun by a SYN alone.
    [Theory]
    [InlineData(Victim.Lab, ConnectionPolicy.Cut)]
    [InlineData(Victim.Interface, ConnectionPolicy.Cut)]
    [InlineData(Victim.Bridged, ConnectionPolicy.Cut)]
    [InlineData(Victim.ThisHost, ConnectionPolicy.Cut)]
    [InlineData(Victim.Interface, ConnectionPolicy.Drain)]
    public void Whatever_is_sent_under_its_address_only_what_the_victim_began_gets_replies(Victim victim, ConnectionPolicy connections)
    {
        using var stage = new ForgedStage(victim, connections);
        var batches = Environment.GetEnvironmentVariable("PORTLIGHT_STORM") == "1" ? 1250 : 4;
        Gen.Select(Gen.Int[0, stage.Senders.Count - 1], Gen.Bool, Gen.OneOf(Packet.Tcp, Packet.Udp), Gen.OneOf<byte>(2, 2, 16, 18, 1, 4, 0), Gen.OneOf("0", "1", "2")).Array[20].Sample(
            cases =>
            {
                foreach (var (sender, isIpv4, protocol, flags, reversePath) in cases)
                {
                    ForgedStage.Set("ipv4/conf/all/rp_filter", reversePath);
                    var forgery = new Forgery(stage.Senders[sender].Name, stage.Senders[sender].Sender, isIpv4, protocol, flags);
                    var begun = sender == 0 && (protocol == Packet.Udp || flags == Packet.Syn);
                    Assert.True(stage.Opens(forgery) == begun, $"{forgery} with rp_filter {reversePath} {(begun ? "gets no reply" : "opens the port")}");
                }
            },
            iter: batches,
            threads: 1);
    }

    [Theory]
    [InlineData("0", Scene.ClientIpv4)]
    [InlineData("1", Scene.ClientIpv4)]
    [InlineData("1", Scene.ClientIpv6)]
    public void A_connection_taken_up_in_its_middle_was_begun_by_nobody(string loose, string client)
    {
        using var scene = new Scene();
        ForgedStage.Set("netfilter/nf_conntrack_tcp_loose", loose);
        // Whatever the sequence numbers: those of a real connection would be right.
        ForgedStage.Set("netfilter/nf_conntrack_tcp_be_liberal", "1");
        try
        {
            var instance = scene.Put(Scene.Lab(9, PortSet.Empty));
            var inside = scene.Inside(instance);
            using var sender = new PacketSender(inside);
            scene.Client.Nft(ForgedStage.Silent);
            var probe = scene.Probe(scene.FromClient, instance, inside);
            var peer = TestNetwork.Address(client);
            var outward = new Packet
            {
                Source = client == Scene.ClientIpv4 ? Scene.PublicIpv4(9) : Scene.PublicIpv6(9),
                Destination = peer,
                Protocol = Packet.Tcp,
                SourcePort = Closed,
            };
            Assert.True(Answered(40001, Packet.Syn));
            Assert.False(Answered(40002, Packet.Acknowledgement));
            ForgedStage.Believe(scene);
            Assert.Equal(loose == "1", Answered(40003, Packet.Acknowledgement));

            bool Answered(ushort port, byte flags)
            {
                sender.Send(outward with { Port = port, TcpFlags = flags });
                return probe.Passes(ForgedStage.Answer(outward with { Port = port, TcpFlags = flags }));
            }
        }
        finally
        {
            ForgedStage.Set("netfilter/nf_conntrack_tcp_loose", "1");
            ForgedStage.Set("netfilter/nf_conntrack_tcp_be_liberal", "0");
        }
    }

    [Fact]
    public void When_the_kernel_has_forgotten_all_connections_only_what_is_begun_again_gets_replies()
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, PortSet.Empty));
        var inside = scene.Inside(instance);
        using var capture = PacketCapture.Arriving(inside);
        var reply = scene.Reply(inside, Scene.PublicIpv4(9), scene.Client, TestNetwork.Address(Scene.ClientIpv4));
        scene.Host.Run("conntrack", "-F");
        var again = scene.Replies(scene.FromClient, inside, Scene.PublicIpv4(9));
        Assert.False(new PacketProbe(scene.FromClient, capture, again).Passes(reply));
    }

    [Theory]
    [InlineData(ConnectionPolicy.Cut)]
    [InlineData(ConnectionPolicy.Drain)]
    public void An_address_that_moves_leaves_its_connections_behind(ConnectionPolicy connections)
    {
        using var scene = new Scene(connections);
        var first = scene.Put(Scene.Lab(8, Ports.Of("7000/udp")));
        var inside = scene.Inside(first);
        var begun = scene.Reply(inside, Scene.PublicIpv4(8), scene.Client, TestNetwork.Address(Scene.ClientIpv4));
        var letIn = LetIn(scene, inside, Scene.PublicIpv4(8), 7000);
        scene.Put(first with { Ports = PortSet.Empty });
        Assert.Equal([true, connections == ConnectionPolicy.Drain], scene.Probe(scene.FromClient, first, inside).Verdicts(begun, letIn));

        scene.Put(first with { PublicAddresses = [Scene.PublicIpv6(8)] });
        var second = scene.Put(Scene.Lab(9, PortSet.Empty) with { PublicAddresses = [Scene.PublicIpv4(8), Scene.PublicIpv6(9)] });
        var heir = scene.Inside(second);
        using var capture = PacketCapture.Arriving(heir);
        Assert.Equal([false, false], new PacketProbe(scene.FromClient, capture, scene.Replies(scene.FromClient, heir, Scene.PublicIpv6(9))).Verdicts(begun, letIn));
    }

    [Theory]
    [InlineData(ConnectionPolicy.Cut)]
    [InlineData(ConnectionPolicy.Drain)]
    public void An_interface_attached_again_as_another_instance_inherits_nothing(ConnectionPolicy connections)
    {
        using var scene = new Scene(connections);
        var vm = scene.Network.AddMachine("vm", "vm0", "203.0.113.9", "2001:db8:a::9");
        var first = Scene.Lab(20, Ports.Of("7000/udp")) with { Attachment = new Attachment.Interface("vm0", [Scene.PublicIpv4(9)], []), NamespaceName = null };
        scene.Put(first);
        using var capture = PacketCapture.Arriving(vm);
        var begun = scene.Reply(vm, Scene.PublicIpv4(9), scene.Client, TestNetwork.Address(Scene.ClientIpv4));
        var letIn = LetIn(scene, vm, Scene.PublicIpv4(9), 7000);
        scene.Put(first with { Ports = PortSet.Empty });
        Assert.Equal([true, connections == ConnectionPolicy.Drain], Probe().Verdicts(begun, letIn));

        scene.Remove(20);
        scene.Put(first with { Index = 21, Ports = PortSet.Empty });
        Assert.Equal([false, false], Probe().Verdicts(begun, letIn));

        PacketProbe Probe() => new(scene.FromClient, capture, scene.Replies(scene.FromClient, vm, Scene.PublicIpv6(9)));
    }

    /// <summary>A conversation with an open UDP port, both directions seen; the packet that would continue it.</summary>
    internal static Packet LetIn(Scene scene, NetworkNode inside, IPAddress own, ushort port)
    {
        using var server = inside.Udp(new IPEndPoint(own, port));
        var client = TestNetwork.Address(own.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? Scene.ClientIpv4 : Scene.ClientIpv6);
        var packet = new Packet { Source = client, SourcePort = 40007, Destination = own, Port = port, Protocol = Packet.Udp };
        scene.FromClient.Send(packet);
        Assert.True(server.Receive(new byte[64]) > 0);
        using var listener = scene.Client.Udp(new IPEndPoint(client, 40007));
        server.SendTo([1], listener.LocalEndPoint!);
        Assert.Equal(1, listener.Receive(new byte[8]));
        return packet;
    }
}
