using System.Buffers.Binary;

namespace Portlight.Nftables.Compiling;

/// <summary>
/// The packets that an element lets in, whatever set it is in: runs of protocols, of ports (or ICMP types), of ICMP codes and of sources of one family.
/// </summary>
internal readonly record struct PacketBox(bool IsIpv4, OpenRun Protocols, OpenRun High, OpenRun Low, SourceRange Sources)
{
    private const int Ipv4Family = 2;
    private static readonly OpenRun AnyHigh = new(0, 65535);
    private static readonly OpenRun AnyLow = new(0, 255);

    internal bool Covers(PacketBox other) =>
        IsIpv4 == other.IsIpv4
        && Protocols.Covers(other.Protocols)
        && High.Covers(other.High)
        && Low.Covers(other.Low)
        && Sources.First <= other.Sources.First && other.Sources.Last <= Sources.Last;

    internal bool Overlaps(PacketBox other) =>
        IsIpv4 == other.IsIpv4
        && Protocols.Overlaps(other.Protocols)
        && High.Overlaps(other.High)
        && Low.Overlaps(other.Low)
        && Sources.First <= other.Sources.Last && other.Sources.First <= Sources.Last;

    internal PacketBox Meet(PacketBox other) => new(
        IsIpv4,
        Protocols.Meet(other.Protocols),
        High.Meet(other.High),
        Low.Meet(other.Low),
        new SourceRange(UInt128.Max(Sources.First, other.Sources.First), UInt128.Min(Sources.Last, other.Sources.Last)));

    /// <summary>
    /// The element of the same interval set that lets in just what both let in; null when that set has no such element, or the two have nothing in common.
    /// </summary>
    internal static Entry? Narrow(Entry entry, PacketBox to)
    {
        if (entry.Element.KeyEnd is not { } last || Of(entry) is not { } box || !box.Overlaps(to)) return null;
        PacketBox meet = box.Meet(to);
        int device = entry.Set.Section.Kind == SectionKind.Ranged ? KeyField.Device.PaddedLength : 0;
        int address = meet.IsIpv4 ? 4 : 16;
        bool anyLow = meet.Low == AnyLow;
        (int protocols, int high, int low, int sources) = entry.Set.Role switch
        {
            SetRole.OpenRanges when anyLow && meet.Sources == SourceRange.Everybody(meet.IsIpv4)[0] => (device + 4, device + 8, -1, -1),
            SetRole.Ports4 or SetRole.Ports6 when anyLow => (device + address, device + address + 4, -1, device),
            SetRole.Protocols4 or SetRole.Protocols6 when anyLow && meet.High == AnyHigh => (device + address, -1, -1, device),
            SetRole.Icmp or SetRole.Icmpv6 => (-1, device + address, device + address + 4, device),
            _ => (0, 0, 0, 0),
        };
        if (protocols == 0) return null;

        byte[] from = [.. entry.Element.Key];
        byte[] until = [.. last];
        bool isPort = entry.Set.Role is SetRole.OpenRanges or SetRole.Ports4 or SetRole.Ports6;
        Write(protocols, 1, (uint)meet.Protocols.First, (uint)meet.Protocols.Last);
        Write(high, isPort ? 2 : 1, (uint)meet.High.First, (uint)meet.High.Last);
        Write(low, 1, (uint)meet.Low.First, (uint)meet.Low.Last);
        Write(sources, address, meet.Sources.First, meet.Sources.Last);
        return new Entry(entry.Set, new SetElement(from, until));

        // Big-endian, as keys hold numbers.
        void Write(int offset, int length, UInt128 first, UInt128 end)
        {
            for (int i = 0; offset >= 0 && i < length; i++)
            {
                from[offset + i] = (byte)(first >> (8 * (length - 1 - i)));
                until[offset + i] = (byte)(end >> (8 * (length - 1 - i)));
            }
        }
    }

    /// <summary>Null for elements that let nothing in by themselves: names and devices of attachments, dispatch, peers.</summary>
    internal static PacketBox? Of(Entry entry)
    {
        byte[] first = entry.Element.Key;
        byte[] last = entry.Element.KeyEnd ?? first;
        int device = entry.Set.Section.Kind == SectionKind.Ranged ? KeyField.Device.PaddedLength : 0;
        const int afterFamilyAndDevice = 8;
        return entry.Set.Role switch
        {
            SetRole.OpenAll => Open(first[0], new OpenRun(0, 255), AnyHigh),
            SetRole.OpenProtocols => Open(first[0], Byte(first, last, afterFamilyAndDevice), AnyHigh),
            SetRole.OpenPorts => Open(first[0], Byte(first, last, afterFamilyAndDevice), Port(first, last, afterFamilyAndDevice + 4)),
            SetRole.OpenIcmp => Open(Ipv4Family, new OpenRun(1, 1), Byte(first, last, 4)),
            SetRole.OpenIcmpv6 => Open(0, new OpenRun(58, 58), Byte(first, last, 4)),
            SetRole.OpenRanges => Open(first[device], Byte(first, last, device + 4), Port(first, last, device + 8)),
            SetRole.Ports4 => new PacketBox(true, Byte(first, last, device + 4), Port(first, last, device + 8), AnyLow, Source(first, last, device, true)),
            SetRole.Ports6 => new PacketBox(false, Byte(first, last, device + 16), Port(first, last, device + 20), AnyLow, Source(first, last, device, false)),
            SetRole.Protocols4 => new PacketBox(true, Byte(first, last, device + 4), AnyHigh, AnyLow, Source(first, last, device, true)),
            SetRole.Protocols6 => new PacketBox(false, Byte(first, last, device + 16), AnyHigh, AnyLow, Source(first, last, device, false)),
            SetRole.Icmp => new PacketBox(true, new OpenRun(1, 1), Byte(first, last, device + 4), Byte(first, last, device + 8), Source(first, last, device, true)),
            SetRole.Icmpv6 => new PacketBox(false, new OpenRun(58, 58), Byte(first, last, device + 16), Byte(first, last, device + 20), Source(first, last, device, false)),
            _ => null,
        };
    }

    private static PacketBox Open(int family, OpenRun protocols, OpenRun high) =>
        new(family == Ipv4Family, protocols, high, AnyLow, SourceRange.Everybody(family == Ipv4Family)[0]);

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
    internal bool Covers(OpenRun other) => First <= other.First && other.Last <= Last;

    internal bool Overlaps(OpenRun other) => First <= other.Last && other.First <= Last;

    internal OpenRun Meet(OpenRun other) => new(Math.Max(First, other.First), Math.Min(Last, other.Last));
}
