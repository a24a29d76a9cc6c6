using System.Globalization;
using System.Net;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>Where packets are filtered, and whence they come.</summary>
public enum Place
{
    LabForwarded,
    LabFromHost,
    InterfaceForwarded,
    InterfaceFromHost,

    /// <summary>To a guest on a bridge, from another machine on it.</summary>
    Bridged,

    /// <summary>To a guest on a bridge, routed by the host.</summary>
    BridgedForwarded,
    BridgedFromHost,
    ThisHost,
}

/// <summary>One attachment and a probe of it: what passes under a port set.</summary>
internal sealed class PacketTrial
{
    private const string HostIpv4 = "192.0.2.1";
    private const string HostIpv6 = "2001:db8:1::1";

    private static readonly byte[] Protocols = [2, Packet.Icmp, Packet.Tcp, Packet.Udp, Packet.Gre, Packet.Icmpv6, Packet.Sctp];

    private readonly Scene _scene;
    private readonly DesiredInstance _instance;
    private readonly PacketProbe _probe;
    private readonly IPAddress _ipv4;
    private readonly IPAddress _ipv6;

    internal PacketTrial(Scene scene, Place place)
    {
        _scene = scene;
        var sender = place is Place.LabFromHost or Place.InterfaceFromHost or Place.BridgedFromHost ? scene.FromHost : scene.FromClient;
        NetworkNode inside;
        if (place is Place.ThisHost)
        {
            (_ipv4, _ipv6, inside) = (TestNetwork.Address(HostIpv4), TestNetwork.Address(HostIpv6), scene.Host);
            scene.Host.Run("ip", $"addr replace {HostIpv4}/32 dev lo");
            scene.Host.Run("ip", $"addr replace {HostIpv6}/128 dev lo nodad");
            _instance = Scene.Lab(9, PortSet.Empty) with { Attachment = new Attachment.ThisHost([_ipv4], []), NamespaceName = null };
            Inside = inside;
            // A connection that was begun before is nobody's.
            scene.Put(_instance);
            _probe = new PacketProbe(sender, scene.Own(PacketCapture.Delivered(inside, Protocols)), scene.Replies(sender, inside, _ipv4, _ipv6));
            return;
        }

        _instance = Scene.Lab(9, PortSet.Empty);
        (_ipv4, _ipv6) = (Scene.PublicIpv4(9), Scene.PublicIpv6(9));
        if (place is Place.Bridged or Place.BridgedForwarded or Place.BridgedFromHost)
        {
            var bridge = scene.Own(new TestBridge(scene));
            inside = bridge.AddGuest(9, "vm0");
            _instance = TestBridge.Attached(9, "vm0", PortSet.Empty);
            scene.Put(_instance);
            if (place == Place.Bridged)
            {
                Inside = inside;
                var neighbour = bridge.AddNeighbour();
                _probe = new PacketProbe(scene.Own(new PacketSender(neighbour)), scene.Own(PacketCapture.Arriving(inside)), bridge.Replies(inside, neighbour, _ipv4, _ipv6));
                return;
            }
        }
        else if (place is Place.InterfaceForwarded or Place.InterfaceFromHost)
        {
            inside = scene.Network.AddMachine("vm", "vm0", _ipv4.ToString(), _ipv6.ToString());
            _instance = _instance with { Attachment = new Attachment.Interface("vm0", [_ipv4], []), NamespaceName = null };
            scene.Put(_instance);
        }
        else
        {
            inside = scene.Inside(scene.Put(_instance));
        }

        Inside = inside;
        _probe = new PacketProbe(sender, scene.Own(PacketCapture.Arriving(inside)), scene.Replies(sender, inside, _ipv4, _ipv6));
    }

    /// <summary>What the packets are for.</summary>
    internal NetworkNode Inside { get; }

    internal void Put(PortSet ports) => _scene.Put(_instance with { Ports = ports });

    /// <summary>For each packet whether it passes under this port set.</summary>
    internal IReadOnlyList<bool> Verdicts(PortSet ports, IReadOnlyList<Packet> packets)
    {
        Put(ports);
        return _probe.Verdicts([.. packets.Select(packet => packet with { Destination = packet.IsIpv4 ? _ipv4 : _ipv6 })]);
    }

    /// <summary>What the agent says of a packet when it asks the kernel; null where that cannot be asked: another protocol, or one of the other family.</summary>
    internal bool? AskKernel(Packet packet)
    {
        PortKey? key = packet.Protocol switch
        {
            Packet.Tcp => new PortKey(NetworkProtocol.Tcp, packet.Port, packet.Port),
            Packet.Udp => new PortKey(NetworkProtocol.Udp, packet.Port, packet.Port),
            Packet.Icmp when packet.IsIpv4 => new PortKey(NetworkProtocol.Icmp, packet.Type, packet.Code),
            Packet.Icmpv6 when !packet.IsIpv4 => new PortKey(NetworkProtocol.Icmpv6, packet.Type, packet.Code),
            _ => null,
        };
        if (key is not { } asked)
        {
            return null;
        }

        var verdict = _scene.Agent.AskKernelAsync(_instance.Index, asked, Cidr.Of(packet.Source), CancellationToken.None).GetAwaiter().GetResult();
        Assert.True(verdict.IsFiltered);
        return !verdict.Sets.IsEmpty;
    }

    /// <summary>A packet as a table writes it: <c>22/tcp from 198.51.100.1</c>, <c>8:0/icmp from …</c>, <c>sctp from … in fragments</c>, <c>behind options</c>.</summary>
    internal static Packet Read(string text)
    {
        var words = text.Split(' ');
        var what = words[0].Split('/');
        var numbers = what.Length == 1 ? [0] : what[0].Split(':').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        var source = TestNetwork.Address(words[2]);
        return new Packet
        {
            Protocol = what[^1] switch
            {
                "tcp" => Packet.Tcp,
                "udp" => Packet.Udp,
                "icmp" => Packet.Icmp,
                "icmpv6" => Packet.Icmpv6,
                "sctp" => Packet.Sctp,
                "gre" => Packet.Gre,
                _ => throw new ArgumentException($"`{what[^1]}` is no protocol", nameof(text)),
            },
            Source = source,
            Destination = source,
            Port = (ushort)numbers[0],
            Type = (byte)numbers[0],
            Code = (byte)numbers[^1],
            IsFragmented = text.Contains("in fragments", StringComparison.Ordinal),
            HasExtensionHeader = text.Contains("behind options", StringComparison.Ordinal),
        };
    }
}
