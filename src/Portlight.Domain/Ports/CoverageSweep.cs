using System.Collections.Immutable;
using System.Net.Sockets;

namespace Portlight.Domain;

/// <summary>
/// Cuts the rules of a port set where one begins or ends, from the lowest port to the highest, and joins the sources of those that hold in between. The cost is
/// that of the cuts times the different sources, of which a set has few, not that of the rules times theirs.
/// </summary>
internal sealed class CoverageSweep
{
    private readonly Cidr[] blocks; // in order: IPv4 first
    private readonly string[] names;
    private readonly int[] holding; // how many rules let in each block, then each name, at the place where the sweep is
    private readonly List<Cut> cuts = [];
    private bool hasChanged;

    public CoverageSweep(PortSet set, IReadOnlyDictionary<string, ImmutableArray<Cidr>> aliases)
    {
        var rules = set.Rules.SelectMany(rule => PacketRange.Of(rule.Key).Select(packets => (Packets: packets, Sources: RuleSources.Of(rule, packets, aliases)))).ToList();
        var all = rules.SelectMany(rule => rule.Sources).ToHashSet();
        blocks = [.. all.OfType<Cidr>().Order()];
        names = [.. all.OfType<string>().Order(StringComparer.Ordinal)];
        holding = new int[blocks.Length + names.Length];
        var places = blocks.Cast<object>().Concat(names).Select((source, place) => (source, place)).ToDictionary(at => at.source, at => at.place);
        foreach (var (packets, sources) in rules)
        {
            int[] at = [.. sources.Select(source => places[source])];
            cuts.Add(new Cut(packets.Kind, packets.First, +1, at));
            cuts.Add(new Cut(packets.Kind, packets.Last + 1, -1, at));
        }

        cuts.Sort((left, right) => left.Kind != right.Kind ? left.Kind.CompareTo(right.Kind) : left.Port.CompareTo(right.Port));
    }

    public ImmutableArray<CoveredRange> Run()
    {
        var ranges = ImmutableArray.CreateBuilder<CoveredRange>();
        for (var i = 0; i < cuts.Count; i++)
        {
            Apply(cuts[i]);

            // What begins within a kind ends within it, so after the last cut of a kind nothing holds.
            if (i + 1 == cuts.Count || cuts[i + 1].Kind != cuts[i].Kind || cuts[i + 1].Port == cuts[i].Port)
            {
                continue;
            }

            var packets = new PacketRange(cuts[i].Kind, cuts[i].Port, cuts[i + 1].Port - 1);
            if (!hasChanged && ranges.Count > 0)
            {
                ranges[^1] = ranges[^1] with { Packets = ranges[^1].Packets with { Last = packets.Last } };
            }
            else if (holding.AsSpan().ContainsAnyExcept(0))
            {
                ranges.Add(Now(packets));
                hasChanged = false;
            }
        }

        return ranges.DrainToImmutable();
    }

    private void Apply(Cut cut)
    {
        foreach (var source in cut.Sources)
        {
            holding[source] += cut.Change;
            hasChanged |= holding[source] == (cut.Change > 0 ? 1 : 0);
        }
    }

    private CoveredRange Now(PacketRange packets)
    {
        var ipv4 = Array.FindIndex(blocks, block => block.Family != AddressFamily.InterNetwork) is >= 0 and var first ? first : blocks.Length;
        return new CoveredRange(
            packets,
            AddressUnion.OfOrdered(blocks.Take(ipv4).Where((_, i) => holding[i] > 0)),
            AddressUnion.OfOrdered(blocks.Skip(ipv4).Where((_, i) => holding[ipv4 + i] > 0)),
            [.. names.Where((_, i) => holding[blocks.Length + i] > 0)]);
    }

    /// <summary>Where a rule begins to hold, or holds no more.</summary>
    private readonly record struct Cut(PacketKind Kind, int Port, int Change, int[] Sources);
}
