namespace Portlight.Domain;

/// <summary>What packets are told apart by before their source: protocols that rules can narrow, and all the others together.</summary>
internal enum PacketKind
{
    Tcp,
    Udp,
    Icmp,
    Icmpv6,

    /// <summary>Every other IP protocol: let in by <c>all</c> alone, so one of them stands for each.</summary>
    Other,
}

/// <summary>A run of ports of TCP or UDP; of ICMP type and code as one number, so that every code of a type is a run too.</summary>
internal readonly record struct PacketRange(PacketKind Kind, int First, int Last)
{
    private const int Codes = 256;

    /// <summary>The packets that a rule's protocol and ports match.</summary>
    public static IEnumerable<PacketRange> Of(PortKey key) => key.Protocol switch
    {
        NetworkProtocol.Tcp => [new PacketRange(PacketKind.Tcp, key.FromPort, key.ToPort)],
        NetworkProtocol.Udp => [new PacketRange(PacketKind.Udp, key.FromPort, key.ToPort)],
        NetworkProtocol.Icmp => [OfIcmp(PacketKind.Icmp, key)],
        NetworkProtocol.Icmpv6 => [OfIcmp(PacketKind.Icmpv6, key)],
        _ => Enum.GetValues<PacketKind>().Select(Whole),
    };

    public bool HasIpv4 => Kind != PacketKind.Icmpv6;

    public bool HasIpv6 => Kind != PacketKind.Icmp;

    /// <summary>All packets of a kind.</summary>
    public static PacketRange Whole(PacketKind kind) => new(kind, 0, kind == PacketKind.Other ? 0 : ushort.MaxValue);

    private static PacketRange OfIcmp(PacketKind kind, PortKey key) => (key.FromPort, key.ToPort) switch
    {
        (-1, _) => Whole(kind),
        (var type, -1) => new PacketRange(kind, type * Codes, (type * Codes) + Codes - 1),
        var (type, code) => new PacketRange(kind, (type * Codes) + code, (type * Codes) + code),
    };
}
