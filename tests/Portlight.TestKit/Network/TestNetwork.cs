using System.Net;

namespace Portlight.TestKit.Network;

/// <summary>Machines around the private host, each a namespace on a wire of its own, with the host as its router. Removed again with the network.</summary>
public sealed class TestNetwork : IDisposable
{
    private readonly List<NetworkNode> _nodes = [];
    private int _wires;

    /// <summary>The private host itself.</summary>
    public NetworkNode Host { get; } = NetworkNode.Host();

    /// <summary>
    /// A machine that has these addresses. The host's end of its wire is <paramref name="hostLink"/>, with 10.255.n.1 and fd00:255:n::1 as the
    /// host's own addresses there.
    /// </summary>
    public NetworkNode AddMachine(string name, string hostLink, params string[] addresses)
    {
        var n = Interlocked.Increment(ref _wires);
        Command.Ip($"""
            netns add {name}
            link add {hostLink} type veth peer name eth0 netns {name}
            addr add 10.255.{n}.1/24 dev {hostLink}
            addr add fd00:255:{n}::1/64 dev {hostLink} nodad
            link set {hostLink} up
            """);
        var node = NetworkNode.Named(name);
        _nodes.Add(node);
        node.Do(() => Command.Ip($"""
            link set lo up
            addr add 10.255.{n}.2/24 dev eth0
            addr add fd00:255:{n}::2/64 dev eth0 nodad
            link set eth0 up
            route add default via 10.255.{n}.1
            route add default via fd00:255:{n}::1
            """));
        var speaking = new HashSet<bool>();
        foreach (var address in addresses)
        {
            AddAddress(node, n, address, isFirst: speaking.Add(IsWide(address)));
        }

        return node;
    }

    public void Dispose()
    {
        try
        {
            foreach (var node in _nodes)
            {
                // The links first: a namespace is taken apart later, and would take its link with it only then. From inside: a test may have renamed the host's end.
                node.Do(() => Command.Ip("link del eth0"));
                node.Dispose();
            }
        }
        finally
        {
            Command.Ip(string.Join('\n', _nodes.Select(node => $"netns del {node.Name}")));
            Host.Dispose();
        }
    }

    /// <summary>An address that a test writes down. (The parsers of addresses are kept for user text; that of end points is not.)</summary>
    public static IPAddress Address(string text) =>
        IPEndPoint.TryParse(text.Contains(':', StringComparison.Ordinal) ? $"[{text}]:0" : $"{text}:0", out var endpoint)
            ? endpoint.Address
            : throw new ArgumentException($"`{text}` is no address", nameof(text));

    private static bool IsWide(string address) => address.Contains(':', StringComparison.Ordinal);

    /// <summary>The first address of a family is the one that the machine speaks with.</summary>
    private static void AddAddress(NetworkNode node, int wire, string address, bool isFirst)
    {
        var (block, near, far, option) = IsWide(address)
            ? ($"{address}/128", $"fd00:255:{wire}::1", $"fd00:255:{wire}::2", " nodad")
            : ($"{address}/32", $"10.255.{wire}.1", $"10.255.{wire}.2", "");
        node.Do(() => Command.Ip($"addr add {block} dev eth0{option}\n{(isFirst ? $"route replace default via {near} src {address}" : "")}"));
        Command.Ip($"route add {block} via {far}");
    }
}
