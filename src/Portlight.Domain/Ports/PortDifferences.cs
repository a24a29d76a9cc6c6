using System.Collections.Immutable;
using System.Net.Sockets;

namespace Portlight.Domain;

/// <summary>What a change of a port set does to packets.</summary>
public static class PortDifferences
{
    private const int Codes = 256;

    /// <summary>Every packet that is treated differently, in order of protocol and port; each is in one of them.</summary>
    /// <param name="before">The rules as they are.</param>
    /// <param name="after">The rules as they will be.</param>
    /// <param name="aliases">What their aliases stand for (<see cref="PortLimits.Aliases"/>).</param>
    public static IReadOnlyList<PortDifference> Between(PortSet before, PortSet after, IReadOnlyDictionary<string, ImmutableArray<Cidr>> aliases)
    {
        var runs = Runs(new CoverageSweep(before, aliases).Run(), new CoverageSweep(after, aliases).Run());
        return OfAllProtocols(runs) ?? [.. runs.Where(run => !run.IsSame).SelectMany(run => Named(run.Packets).Select(name => run.ToDifference(name.Protocol, name.FromPort, name.ToPort)))];
    }

    /// <summary>Cuts both where either changes, and joins neighbours that differ alike.</summary>
    private static List<Run> Runs(ImmutableArray<CoveredRange> before, ImmutableArray<CoveredRange> after)
    {
        var runs = new List<Run>();
        var cuts = before.Concat(after).SelectMany(range => new[] { (range.Packets.Kind, At: range.Packets.First), (range.Packets.Kind, At: range.Packets.Last + 1) }).Distinct().Order().ToList();
        int old = 0, now = 0;
        for (var i = 0; i + 1 < cuts.Count; i++)
        {
            var (kind, first) = cuts[i];
            if (cuts[i + 1].Kind != kind)
            {
                continue;
            }

            var packets = new PacketRange(kind, first, cuts[i + 1].At - 1);
            var run = new Run(packets, At(before, ref old, packets), At(after, ref now, packets));
            if (runs.Count > 0 && runs[^1].Packets.Kind == kind && runs[^1].Packets.Last + 1 == first && runs[^1].DiffersLike(run))
            {
                runs[^1] = runs[^1] with { Packets = runs[^1].Packets with { Last = packets.Last } };
            }
            else
            {
                runs.Add(run);
            }
        }

        return runs;
    }

    /// <summary>The range that holds the packets; one without sources where there is none. <paramref name="place"/> only goes on.</summary>
    private static CoveredRange At(ImmutableArray<CoveredRange> ranges, ref int place, PacketRange packets)
    {
        while (place < ranges.Length && (ranges[place].Packets.Kind < packets.Kind || (ranges[place].Packets.Kind == packets.Kind && ranges[place].Packets.Last < packets.First)))
        {
            place++;
        }

        return place < ranges.Length && ranges[place].Packets.Kind == packets.Kind && ranges[place].Packets.First <= packets.First
            ? ranges[place]
            : new CoveredRange(packets, default, default, []);
    }

    /// <summary>One difference where all five kinds of packets differ alike, ICMP in its own family, as a rule of <c>all</c> makes them; else null.</summary>
    private static IReadOnlyList<PortDifference>? OfAllProtocols(List<Run> runs) =>
        runs.Count > 0 && runs[^1] is { Packets.Kind: PacketKind.Other, IsSame: false } whole && Array.TrueForAll(Enum.GetValues<PacketKind>(), kind => IsAs(whole.In(kind), [.. runs.Where(run => run.Packets.Kind == kind)]))
            ? [whole.ToDifference(NetworkProtocol.All.ToWire(), 0, ushort.MaxValue)]
            : null;

    private static bool IsAs(Run expected, Run[] found) => found switch
    {
        [] => expected.IsNobodys,
        [var one] => one.Packets == expected.Packets && one.DiffersLike(expected),
        _ => false,
    };

    /// <summary>How rules name the packets: of ICMP all types, whole types, or single codes of one.</summary>
    private static IEnumerable<(string Protocol, int FromPort, int ToPort)> Named(PacketRange packets) => packets.Kind switch
    {
        PacketKind.Tcp => [(NetworkProtocol.Tcp.ToWire(), packets.First, packets.Last)],
        PacketKind.Udp => [(NetworkProtocol.Udp.ToWire(), packets.First, packets.Last)],
        PacketKind.Other => [(PortDifference.Other, 0, ushort.MaxValue)],
        var icmp => NamedIcmp(icmp == PacketKind.Icmp ? NetworkProtocol.Icmp.ToWire() : NetworkProtocol.Icmpv6.ToWire(), packets),
    };

    private static IEnumerable<(string Protocol, int Type, int Code)> NamedIcmp(string protocol, PacketRange packets)
    {
        if (packets == PacketRange.Whole(packets.Kind))
        {
            yield return (protocol, -1, -1);
            yield break;
        }

        for (var at = packets.First; at <= packets.Last;)
        {
            var (type, code) = (at / Codes, at % Codes);
            var isWhole = code == 0 && at + Codes - 1 <= packets.Last;
            yield return (protocol, type, isWhole ? -1 : code);
            at += isWhole ? Codes : 1;
        }
    }

    private sealed record Run(PacketRange Packets, CoveredRange Before, CoveredRange After)
    {
        private bool Widens => After.Covers(Before);

        private bool Narrows => Before.Covers(After);

        public bool IsSame => Widens && Narrows;

        public bool IsNobodys => IsNobody(Before) && IsNobody(After);

        public bool DiffersLike(Run other) => Same(Before, other.Before) && Same(After, other.After);

        /// <summary>The same sources as packets of a kind have them: ICMP is of one family.</summary>
        public Run In(PacketKind kind)
        {
            var packets = PacketRange.Whole(kind);
            CoveredRange Of(CoveredRange range) => new(packets, packets.HasIpv4 ? range.Ipv4 : default, packets.HasIpv6 ? range.Ipv6 : default, range.Names);
            return new Run(packets, Of(Before), Of(After));
        }

        public PortDifference ToDifference(string protocol, int fromPort, int toPort) => new(protocol, fromPort, toPort, Sources(Before), Sources(After), (IsNobody(Before), IsNobody(After), Widens, Narrows) switch
        {
            (true, _, _, _) => PortDifferenceKind.Opens,
            (_, true, _, _) => PortDifferenceKind.Closes,
            (_, _, true, _) => PortDifferenceKind.Widens,
            (_, _, _, true) => PortDifferenceKind.Narrows,
            _ => PortDifferenceKind.Replaces,
        });

        private static bool IsNobody(CoveredRange range) => range.Ipv4.IsEmpty && range.Ipv6.IsEmpty && range.Names.IsEmpty;

        private static bool Same(CoveredRange one, CoveredRange two) => one.Ipv4.Covers(two.Ipv4) && two.Ipv4.Covers(one.Ipv4)
            && one.Ipv6.Covers(two.Ipv6) && two.Ipv6.Covers(one.Ipv6) && one.Names.SequenceEqual(two.Names);

        private static LetInSources Sources(CoveredRange range) =>
            new([.. range.Ipv4.ToBlocks(AddressFamily.InterNetwork)], [.. range.Ipv6.ToBlocks(AddressFamily.InterNetworkV6)], range.Names);
    }
}
