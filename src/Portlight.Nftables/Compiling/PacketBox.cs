using System.Buffers.Binary;
using System.Runtime.InteropServices;
using static Portlight.Nftables.Compiling.PacketNumbers;

namespace Portlight.Nftables.Compiling;

/// <summary>
/// The packets that an element lets in, whatever set it is in: runs of protocols, of ports (or ICMP types), of ICMP codes and of sources of one family.
/// </summary>
internal readonly record struct PacketBox(bool IsIpv4, OpenRun Protocols, OpenRun High, OpenRun Low, SourceRange Sources)
{
    private static readonly OpenRun AnyHigh = new(0, 65535);
    private static readonly OpenRun AnyLow = new(0, 255);

    internal bool Overlaps(PacketBox other) =>
        IsIpv4 == other.IsIpv4
        && Protocols.Overlaps(other.Protocols)
        && High.Overlaps(other.High)
        && Low.Overlaps(other.Low)
        && Sources.First <= other.Sources.Last && other.Sources.First <= Sources.Last;

    /// <summary>Null for elements that let nothing in by themselves: names and devices of attachments, dispatch, peers.</summary>
    internal static PacketBox? Of(Entry entry)
    {
        byte[] first = entry.Element.Key;
        byte[] last = entry.Element.KeyEnd ?? first;
        int device = entry.Set.Section.Kind is SectionKind.Ranged or SectionKind.Staged ? KeyField.Device.PaddedLength : 0;
        const int afterFamilyAndDevice = 8;
        return entry.Set.Role switch
        {
            SetRole.OpenAll => Open(first[0], new OpenRun(0, 255), AnyHigh),
            SetRole.OpenProtocols => Open(first[0], Byte(first, last, afterFamilyAndDevice), AnyHigh),
            SetRole.OpenPorts => Open(first[0], Byte(first, last, afterFamilyAndDevice), Port(first, last, afterFamilyAndDevice + 4)),
            SetRole.OpenIcmp => Open(Ipv4, new OpenRun(Icmp, Icmp), Byte(first, last, 4)),
            SetRole.OpenIcmpv6 => Open(0, new OpenRun(Icmpv6, Icmpv6), Byte(first, last, 4)),
            SetRole.OpenRanges => Open(first[device], Byte(first, last, device + 4), Port(first, last, device + 8)),
            SetRole.Ports4 => new PacketBox(true, Byte(first, last, device + 4), Port(first, last, device + 8), AnyLow, Source(first, last, device, true)),
            SetRole.Ports6 => new PacketBox(false, Byte(first, last, device + 16), Port(first, last, device + 20), AnyLow, Source(first, last, device, false)),
            SetRole.Protocols4 => new PacketBox(true, Byte(first, last, device + 4), AnyHigh, AnyLow, Source(first, last, device, true)),
            SetRole.Protocols6 => new PacketBox(false, Byte(first, last, device + 16), AnyHigh, AnyLow, Source(first, last, device, false)),
            SetRole.Icmp => new PacketBox(true, new OpenRun(Icmp, Icmp), Byte(first, last, device + 4), Byte(first, last, device + 8), Source(first, last, device, true)),
            SetRole.Icmpv6 => new PacketBox(false, new OpenRun(Icmpv6, Icmpv6), Byte(first, last, device + 16), Byte(first, last, device + 20), Source(first, last, device, false)),
            _ => null,
        };
    }

    /// <summary>Which device the element is of; null for the host's sets, which hold one attachment. For elements that <see cref="Of"/> answers for.</summary>
    internal static uint? DeviceOf(Entry entry) => (entry.Set.Section.Kind, entry.Set.Role) switch
    {
        (SectionKind.Host, _) => null,
        (SectionKind.Ranged or SectionKind.Staged, _) => BinaryPrimitives.ReadUInt32BigEndian(entry.Element.Key),
        (_, SetRole.OpenIcmp or SetRole.OpenIcmpv6) => MemoryMarshal.Read<uint>(entry.Element.Key),
        _ => MemoryMarshal.Read<uint>(entry.Element.Key.AsSpan(4)),
    };

    private static PacketBox Open(int family, OpenRun protocols, OpenRun high) =>
        new(family == Ipv4, protocols, high, AnyLow, SourceRange.Everybody(family == Ipv4)[0]);

    private static OpenRun Byte(byte[] first, byte[] last, int offset) => new(first[offset], last[offset]);

    private static OpenRun Port(byte[] first, byte[] last, int offset) =>
        new(BinaryPrimitives.ReadUInt16BigEndian(first.AsSpan(offset)), BinaryPrimitives.ReadUInt16BigEndian(last.AsSpan(offset)));

    private static SourceRange Source(byte[] first, byte[] last, int offset, bool isIpv4) => isIpv4
        ? new(BinaryPrimitives.ReadUInt32BigEndian(first.AsSpan(offset)), BinaryPrimitives.ReadUInt32BigEndian(last.AsSpan(offset)))
        : new(BinaryPrimitives.ReadUInt128BigEndian(first.AsSpan(offset)), BinaryPrimitives.ReadUInt128BigEndian(last.AsSpan(offset)));
}

/// <summary>Numbers from first to last.</summary>
internal readonly record struct OpenRun(int First, int Last)
{
    internal bool Overlaps(OpenRun other) => First <= other.Last && other.First <= Last;
}
