using System.Net.Sockets;

namespace Portlight.Domain.Tests.Ports;

/// <summary>One packet, and whether a port set lets it in, rule by rule.</summary>
/// <param name="Kind">tcp, udp, icmp, icmpv6 or gre, which only <c>all</c> lets in.</param>
/// <param name="First">Port or type.</param>
/// <param name="Second">Code.</param>
/// <param name="Source">One address.</param>
internal sealed record ModelPacket(string Kind, int First, int Second, Cidr Source)
{
    private static readonly Cidr[] NobodysIpv4 = [.. new[]
    {
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    }.Select(Rules.Block)];

    private static readonly Cidr[] NobodysIpv6 = [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20" }.Select(Rules.Block)];

    private static readonly Cidr GivenOutIpv6 = Rules.Block("2000::/3");

    /// <summary>Whether somebody on the internet can have its source.</summary>
    public bool IsPublic => Source.Family == AddressFamily.InterNetwork
        ? !NobodysIpv4.Any(block => block.Contains(Source))
        : GivenOutIpv6.Contains(Source) && !NobodysIpv6.Any(block => block.Contains(Source));

    /// <summary>
    /// Packets on both sides of every edge of every rule: sets that treat these alike treat all packets alike, because between two edges nothing changes.
    /// </summary>
    public static IReadOnlyList<ModelPacket> AllThatMatter(PortSet one, PortSet two)
    {
        var rules = one.Rules.Concat(two.Rules).ToList();
        var ports = rules.SelectMany(rule => new[] { rule.FromPort - 1, rule.FromPort, rule.ToPort, rule.ToPort + 1 }).Append(0).Where(port => port is >= 0 and <= 65535).Distinct().ToList();
        var icmp = Enumerable.Range(0, 5).ToList(); // the generator's types and codes go to 2
        var sources = rules.SelectMany(rule => rule.Ipv4Sources.Concat(rule.Ipv6Sources)).Concat(NobodysIpv4).Concat(NobodysIpv6).Append(GivenOutIpv6)
            .SelectMany(Edges).Append(Rules.Block("0.0.0.0")).Append(Rules.Block("::")).Distinct().ToList();
        return
        [
            .. from source in sources
               from kind in new[] { "tcp", "udp" }
               from port in ports
               select new ModelPacket(kind, port, 0, source),
            .. from source in sources
               from type in icmp
               from code in icmp
               select new ModelPacket(source.Width == 32 ? "icmp" : "icmpv6", type, code, source),
            .. sources.Select(source => new ModelPacket("gre", 0, 0, source)),
        ];
    }

    public bool IsLetInBy(PortSet set) =>
        set.Rules.Any(rule => Matches(rule.Key) && (rule.Ipv4Sources.Any(source => source.Contains(Source)) || rule.Ipv6Sources.Any(source => source.Contains(Source))));

    public bool Matches(PortKey key) => key.Protocol switch
    {
        NetworkProtocol.All => true,
        NetworkProtocol.Tcp or NetworkProtocol.Udp => key.Protocol.ToWire() == Kind && First >= key.FromPort && First <= key.ToPort,
        _ => key.Protocol.ToWire() == Kind && (key.FromPort == -1 || (key.FromPort == First && (key.ToPort == -1 || key.ToPort == Second))),
    };

    private static IEnumerable<Cidr> Edges(Cidr block)
    {
        var max = block.Width == 32 ? uint.MaxValue : UInt128.MaxValue;
        var edges = new List<UInt128> { block.Network, block.Last };
        if (block.Network > 0)
        {
            edges.Add(block.Network - 1);
        }

        if (block.Last < max)
        {
            edges.Add(block.Last + 1);
        }

        return edges.Select(edge => Cidr.Create(block.Family, edge, block.Width));
    }
}
