using System.Buffers.Binary;
using System.Runtime.InteropServices;
using static Portlight.Nftables.Compiling.PacketNumbers;

namespace Portlight.Nftables.Compiling;

/// <summary>
/// The packets that an element lets in, whatever set it is in: a run of what can be reached (<see cref="OpenSpan"/>) and one of sources, of one family. <see cref="Place"/> is what a packet asks for:
/// the set, and in one of sources also the span.
/// </summary>
internal readonly record struct PacketBox((SetId Set, long Span) Place, bool IsIpv4, OpenRun Numbers, SourceRange Sources)
{
    private const int LastPort = 65535;

    internal bool Overlaps(PacketBox other) =>
        IsIpv4 == other.IsIpv4
        && Numbers.Overlaps(other.Numbers)
        && Sources.First <= other.Sources.Last && other.Sources.First <= Sources.Last;

    /// <summary>One for each family that the element is for; none for elements that let nothing in by themselves: names and devices of attachments, dispatch, spans, peers.</summary>
    internal static IEnumerable<PacketBox> Of(Entry entry)
    {
        if (First(entry) is not { } box)
        {
            yield break;
        }

        yield return box;
        if (entry.Set.Role == SetRole.OpenPorts)
        {
            yield return box with { IsIpv4 = false, Sources = SourceRange.Everybody(isIpv4: false)[0] };
        }
    }

    private static PacketBox? First(Entry entry)
    {
        var first = entry.Element.Key;
        var last = entry.Element.KeyEnd ?? first;
        const int second = 4, third = 8, fourth = 12;
        return entry.Set.Role switch
        {
            SetRole.OpenAll => Open(entry, FamilyAt(entry, 0), new OpenRun(0, OpenSpan.Everything)),
            SetRole.OpenProtocols => Open(entry, FamilyAt(entry, 0), Whole(first[third])),
            SetRole.FamilyPorts => Open(entry, FamilyAt(entry, 0), Run(first, last, third)),
            SetRole.OpenPorts => Open(entry, Ipv4, Run(first, last, second)),
            SetRole.LabPorts => Open(entry, Ipv4, Run(first, last, second)),
            SetRole.HostPorts4 => Open(entry, Ipv4, Run(first, last, 0)),
            SetRole.HostPorts6 => Open(entry, Ipv6, Run(first, last, 0)),
            SetRole.OpenIcmp => Open(entry, Ipv4, IcmpType(Icmp, first[second])),
            SetRole.OpenIcmpv6 => Open(entry, Ipv6, IcmpType(Icmpv6, first[second])),
            SetRole.OpenRanges => Open(entry, FamilyAt(entry, second), Run(first, last, third)),
            SetRole.Sources4 or SetRole.Sources6 => new PacketBox(
                (entry.Set, BinaryPrimitives.ReadInt64BigEndian(first.AsSpan(second))),
                entry.Set.Role == SetRole.Sources4,
                new OpenRun(BinaryPrimitives.ReadInt32BigEndian(first.AsSpan(second)), BinaryPrimitives.ReadInt32BigEndian(first.AsSpan(third))),
                entry.Set.Role == SetRole.Sources4
                    ? new SourceRange(BinaryPrimitives.ReadUInt32BigEndian(first.AsSpan(fourth)), BinaryPrimitives.ReadUInt32BigEndian(last.AsSpan(fourth)))
                    : new SourceRange(BinaryPrimitives.ReadUInt128BigEndian(first.AsSpan(fourth)), BinaryPrimitives.ReadUInt128BigEndian(last.AsSpan(fourth)))),
            _ => null,
        };
    }

    /// <summary>Which device the element is of; for elements that <see cref="Of"/> answers for.</summary>
    internal static uint DeviceOf(Entry entry) => (entry.Set.Section.Kind, entry.Set.Role) switch
    {
        (SectionKind.Ranged or SectionKind.Staged, _) => MemoryMarshal.Read<uint>(entry.Element.Key),
        (_, SetRole.HostPorts4 or SetRole.HostPorts6) => 0,
        (_, SetRole.OpenPorts or SetRole.LabPorts or SetRole.OpenIcmp or SetRole.OpenIcmpv6) => MemoryMarshal.Read<uint>(entry.Element.Key),
        _ => MemoryMarshal.Read<uint>(entry.Element.Key.AsSpan(4)),
    };

    private static PacketBox Open(Entry entry, int family, OpenRun numbers) => new((entry.Set, 0), family == Ipv4, numbers, SourceRange.Everybody(family == Ipv4)[0]);

    private static byte FamilyAt(Entry entry, int offset) =>
        entry.Element.Key.AsSpan(offset).StartsWith(KeyWriter.FamilyOf(isIpv4: true, entry.Set.Section.Table)) ? Ipv4 : Ipv6;

    // A protocol and a port, each in a word.
    private static OpenRun Run(byte[] first, byte[] last, int offset) => new(Number(first, offset), Number(last, offset));

    private static int Number(byte[] key, int offset) => (key[offset] << 16) | BinaryPrimitives.ReadUInt16BigEndian(key.AsSpan(offset + 4));

    private static OpenRun Whole(byte protocol) => new(protocol << 16, (protocol << 16) | LastPort);

    private static OpenRun IcmpType(byte protocol, byte type) => new((protocol << 16) | (type << 8), (protocol << 16) | (type << 8) | byte.MaxValue);
}

/// <summary>Numbers from first to last.</summary>
internal readonly record struct OpenRun(int First, int Last)
{
    internal bool Overlaps(OpenRun other) => First <= other.Last && other.First <= Last;
}
