using System.Collections.Immutable;
using System.Net.Sockets;

namespace Portlight.Domain;

/// <summary>Packets that have the same sources: none of these runs overlaps another.</summary>
internal sealed record CoveredRange(PacketRange Packets, AddressUnion Ipv4, AddressUnion Ipv6, ImmutableArray<string> Names)
{
    public bool IsOpenToAll { get; } =
        (Packets.HasIpv4 && Ipv4.With(PublicAddresses.ExceptIpv4).IsAll(Cidr.AnyIpv4.Last))
        || (Packets.HasIpv6 && Ipv6.With(PublicAddresses.ExceptIpv6).IsAll(Cidr.AnyIpv6.Last));

    public bool Covers(CoveredRange other) => Ipv4.Covers(other.Ipv4) && Ipv6.Covers(other.Ipv6) && (IsEverybody || other.Names.All(name => Names.Contains(name)));

    /// <param name="source">A block, or the name of an alias that stands for none.</param>
    public bool LetsIn(object source) => source is Cidr block
        ? (block.Family == AddressFamily.InterNetwork ? Ipv4 : Ipv6).Contains(block)
        : IsEverybody || Names.Contains((string)source);

    private bool IsEverybody => (!Packets.HasIpv4 || Ipv4.IsAll(Cidr.AnyIpv4.Last)) && (!Packets.HasIpv6 || Ipv6.IsAll(Cidr.AnyIpv6.Last));
}
