using System.Net;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>
/// A bridge of the private host, with an address of the host, and machines on it. They reach each other through the bridge alone, and everybody else through the host, which is their router.
/// </summary>
internal sealed class TestBridge : IDisposable
{
    internal const string Name = "bridge0";
    internal const string NeighbourIpv4 = "198.51.100.77";
    internal const string NeighbourIpv6 = "2001:db8:c::77";

    private readonly Scene _scene;
    private readonly List<NetworkNode> _nodes = [];

    internal TestBridge(Scene scene)
    {
        _scene = scene;
        ForgedStage.Set("bridge/bridge-nf-call-iptables", "1");
        ForgedStage.Set("bridge/bridge-nf-call-ip6tables", "1");
        scene.Host.Run("ip", "-batch -", $"""
            link add {Name} type bridge forward_delay 0 mcast_snooping 0
            addr add 10.254.0.1/24 dev {Name}
            addr add fd00:254::1/64 dev {Name} nodad
            link set {Name} up

            """);
    }

    /// <summary>A machine whose link is a port of the bridge: neither attached nor anybody's, like what is behind an uplink.</summary>
    internal NetworkNode AddNeighbour() => Add("neighbour", "uplink0", NeighbourIpv4, NeighbourIpv6);

    /// <summary>A machine that has the addresses of an instance of that index.</summary>
    internal NetworkNode AddGuest(long index, string link) => Add("in-" + link, link, Scene.PublicIpv4(index).ToString(), Scene.PublicIpv6(index).ToString());

    internal static DesiredInstance Attached(long index, string link, PortSet ports) =>
        Scene.Lab(index, ports) with { Attachment = new Attachment.Interface(link, [Scene.PublicIpv4(index)], []), NamespaceName = null };

    /// <summary>Packets from the neighbour that are always let in: replies to what <paramref name="inside"/> sends it.</summary>
    internal Packet[] Replies(NetworkNode inside, NetworkNode neighbour, IPAddress ipv4, IPAddress ipv6) =>
    [
        _scene.Reply(inside, ipv4, neighbour, TestNetwork.Address(NeighbourIpv4)),
        _scene.Reply(inside, ipv6, neighbour, TestNetwork.Address(NeighbourIpv6)),
    ];

    private NetworkNode Add(string name, string link, string ipv4, string ipv6)
    {
        var number = _nodes.Count + 2;
        _scene.Host.Run("ip", "-batch -", $"""
            netns add {name}
            link add {link} type veth peer name eth0 netns {name}
            link set {link} master {Name}
            link set {link} up
            route add {ipv4}/32 dev {Name}
            route add {ipv6}/128 dev {Name}

            """);
        var node = NetworkNode.Named(name);
        _nodes.Add(node);
        node.Run("ip", "-batch -", $"""
            link set lo up
            addr add 10.254.0.{number}/24 dev eth0
            addr add fd00:254::{number}/64 dev eth0 nodad
            addr add {ipv4}/32 dev eth0
            addr add {ipv6}/128 dev eth0 nodad
            link set eth0 up
            route add 203.0.113.0/24 dev eth0 src {ipv4}
            route add {NeighbourIpv4}/32 dev eth0 src {ipv4}
            route add default via 10.254.0.1 src {ipv4}
            route add 2001:db8:a::/64 dev eth0 src {ipv6}
            route add {NeighbourIpv6}/128 dev eth0 src {ipv6}
            route add default via fd00:254::1 src {ipv6}

            """.Replace($"route add {NeighbourIpv4}/32 dev eth0 src {NeighbourIpv4}\n", "", StringComparison.Ordinal).Replace($"route add {NeighbourIpv6}/128 dev eth0 src {NeighbourIpv6}\n", "", StringComparison.Ordinal));
        return node;
    }

    public void Dispose()
    {
        foreach (var node in _nodes)
        {
            node.Run("ip", "link del eth0");
            node.Dispose();
            _scene.Host.Run("ip", $"netns del {node.Name}");
        }

        _scene.Host.Run("ip", $"link del {Name}");
    }
}
