using System.Net;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>A beginning under somebody else's address, and who sends it.</summary>
internal sealed record Forgery(string From, PacketSender Sender, bool IsIpv4, byte Protocol, byte TcpFlags = Packet.Syn)
{
    public override string ToString() => $"{(Protocol == Packet.Tcp ? $"TCP with flags {TcpFlags}" : "UDP")} over IPv{(IsIpv4 ? 4 : 6)} from {From}";
}

/// <summary>A closed victim, a client outside that wants in, and everybody who could forge a beginning for it: the client itself, other lab instances, other attached machines.</summary>
internal sealed class ForgedStage : IDisposable
{
    /// <summary>For the client's namespace: what it did not ask for it does not answer, as an attacker would have it.</summary>
    internal const string Silent = """
        table inet silent {
            chain output {
                type filter hook output priority filter
                tcp flags rst drop
                icmp type destination-unreachable drop
                icmpv6 type destination-unreachable drop
            }
        }
        """;

    // Behind the client, and nobody's: the client would deliver what it sends to an address of its own to itself.
    private const string AttackerIpv4 = "198.51.100.99";
    private const string AttackerIpv6 = "2001:db8:c::99";
    private const ushort FirstPort = 10000;
    private const ushort LastPort = 30000;
    private const string HostIpv4 = "192.0.2.1";
    private const string HostIpv6 = "2001:db8:1::1";

    private readonly TestBridge? _bridge;
    private readonly PacketProbe _probe;
    private readonly bool _hasIpv6;
    private readonly IPAddress _ipv4;
    private readonly IPAddress _ipv6;
    private readonly (string Name, PacketSender Sender)[] _forgers;
    private ushort _port = FirstPort;
    private ushort _victimPort = 5353;

    internal ForgedStage(ForgedTests.Victim victim, ConnectionPolicy connections)
    {
        var isHost = victim is ForgedTests.Victim.ThisHost or ForgedTests.Victim.ThisHostAlone;
        Scene = new Scene(connections);
        // Scenes use their indexes again, which a real store never does: connections of an earlier one would count as this one's.
        Scene.Host.Run("conntrack", "-F");
        Scene.Host.Run("ip", $"route add {AttackerIpv4} via 10.255.1.2");
        Scene.Host.Run("ip", $"route add {AttackerIpv6} via fd00:255:1::2");
        _forgers = [("the uplink", Scene.FromClient)];
        if (victim == ForgedTests.Victim.ThisHostAlone)
        {
            SetForwarding("0");
        }
        else
        {
            var neighbour = Scene.Put(Scene.Lab(8, PortSet.Empty));
            var container = Scene.Network.AddMachine("other", "other0", "203.0.113.7", "2001:db8:a::7");
            Scene.Put(Scene.Lab(7, PortSet.Empty) with { Attachment = new Attachment.Interface("other0", [Scene.PublicIpv4(7)], []), NamespaceName = null });
            _forgers = [.. _forgers, ("another lab instance", Scene.Own(new PacketSender(Scene.Inside(neighbour)))), ("another attached interface", Scene.Own(new PacketSender(container)))];
        }

        if (victim == ForgedTests.Victim.Bridged)
        {
            _bridge = Scene.Own(new TestBridge(Scene));
            _forgers = [.. _forgers, ("a machine on the bridge", Scene.Own(new PacketSender(_bridge.AddNeighbour()))), ("another guest on the bridge", Scene.Own(new PacketSender(_bridge.AddGuest(6, "guest0"))))];
            // Not before its link is there: a name that is waited for is closed, and its forgeries would say nothing.
            Scene.Put(TestBridge.Attached(6, "guest0", PortSet.Empty));
        }

        var closed = Scene.Lab(9, PortSet.Empty);
        (_ipv4, _ipv6) = (Scene.PublicIpv4(9), Scene.PublicIpv6(9));
        NetworkNode inside;
        PacketCapture capture;
        if (isHost)
        {
            (_ipv4, _ipv6, inside) = (TestNetwork.Address(HostIpv4), TestNetwork.Address(HostIpv6), Scene.Host);
            inside.Run("ip", $"addr replace {HostIpv4}/32 dev lo");
            inside.Run("ip", $"addr replace {HostIpv6}/128 dev lo nodad");
            Scene.Put(closed with { Attachment = new Attachment.ThisHost([_ipv4], []), NamespaceName = null });
            capture = PacketCapture.Delivered(inside, Packet.Tcp, Packet.Udp);
        }
        else if (_bridge is not null)
        {
            inside = _bridge.AddGuest(9, "vm0");
            Scene.Put(TestBridge.Attached(9, "vm0", PortSet.Empty));
            capture = PacketCapture.Arriving(inside);
        }
        else if (victim == ForgedTests.Victim.Interface)
        {
            inside = Scene.Network.AddMachine("vm", "vm0", _ipv4.ToString(), _ipv6.ToString());
            Scene.Put(closed with { Attachment = new Attachment.Interface("vm0", [_ipv4], []), NamespaceName = null });
            capture = PacketCapture.Arriving(inside);
        }
        else
        {
            inside = Scene.Inside(Scene.Put(closed));
            capture = PacketCapture.Arriving(inside);
        }

        _hasIpv6 = victim != ForgedTests.Victim.LabByPrivateAddress;
        Senders =
        [
            ("the victim", isHost ? Scene.FromHost : Scene.Own(new PacketSender(inside))),
            .. isHost ? [] : new[] { ("this machine", Scene.FromHost) },
            .. _forgers,
        ];
        _probe = new PacketProbe(Scene.FromClient, Scene.Own(capture), Scene.Replies(Scene.FromClient, inside, _ipv4, _ipv6));
        if (!_hasIpv6)
        {
            _ipv4 = Scene.Private(9);
        }
    }

    internal Scene Scene { get; }

    /// <summary>Everybody who could send a beginning under the victim's address, the victim first.</summary>
    internal IReadOnlyList<(string Name, PacketSender Sender)> Senders { get; }

    internal IEnumerable<Forgery> Forgeries() =>
        from forger in _forgers
        from isIpv4 in _hasIpv6 ? new[] { true, false } : [true]
        from protocol in new[] { Packet.Tcp, Packet.Udp }
        select new Forgery(forger.Name, forger.Sender, isIpv4, protocol);

    /// <summary>Sends the forged beginning to the client and then, from there, what would be the reply. True if that gets in.</summary>
    internal bool Opens(Forgery forgery)
    {
        // No two beginnings are the same connection.
        if (++_port > LastPort)
        {
            (_port, _victimPort) = (FirstPort, (ushort)(_victimPort + 1));
        }

        var beginning = new Packet
        {
            Source = forgery.IsIpv4 ? _ipv4 : _ipv6,
            Destination = TestNetwork.Address(forgery.IsIpv4 ? AttackerIpv4 : AttackerIpv6),
            Protocol = forgery.Protocol,
            SourcePort = _victimPort,
            Port = _port,
            TcpFlags = forgery.TcpFlags,
        };
        forgery.Sender.Send(beginning);
        return _probe.Passes(Answer(beginning));
    }

    internal static Packet Answer(Packet beginning) => beginning with
    {
        Source = beginning.Destination,
        SourcePort = beginning.Port,
        Destination = beginning.Source,
        Port = beginning.SourcePort,
    };

    /// <summary>The rules as they were: whoever has begun is not asked.</summary>
    internal static void Believe(Scene scene)
    {
        // A running agent would put it right at once.
        scene.StopAgent();
        scene.Host.Nft("""
            flush chain inet portlight arriving
            insert rule inet portlight instance ct state established ct direction reply accept
            """);
        if (scene.Host.Run("nft", "list tables").Contains("bridge portlight", StringComparison.Ordinal))
        {
            scene.Host.Nft("insert rule inet portlight bridged_tell ct state established ct direction reply meta mark set 0xb2000000 accept");
        }
    }

    /// <summary>A setting of the private host's network.</summary>
    internal static void Set(string name, string value) => File.WriteAllText($"/proc/sys/net/{name}", value);

    private static void SetForwarding(string value)
    {
        Set("ipv4/ip_forward", value);
        Set("ipv6/conf/all/forwarding", value);
    }

    public void Dispose()
    {
        SetForwarding("1");
        Set("ipv4/conf/all/rp_filter", "0");
        Scene.Dispose();
    }
}
