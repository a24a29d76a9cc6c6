using System.Collections.Immutable;
using System.Net.Sockets;

namespace Portlight.Domain;

/// <summary>
/// Cuts the rules of a port set where one begins or ends, from the lowest port to the highest, and joins the sources of those that hold in between. The cost is
/// that of the cuts times the different sources, of which a set has few, not that of the rules times theirs.
/// </summary>
internal sealed class CoverageSweep
{
    private readonly Cidr[] _blocks; // in order: IPv4 first
    private readonly string[] _names;
    private readonly int[] _holding; // how many rules let in each block, then each name, at the place where the sweep is
    private readonly List<Cut> _cuts = [];
    private bool _hasChanged;

    public CoverageSweep(PortSet set, IReadOnlyDictionary<string, ImmutableArray<Cidr>> aliases)
    {
        var rules = set.Rules.SelectMany(rule => PacketRange.Of(rule.Key).Select(packets => (Packets: packets, Sources: RuleSources.Of(rule, packets, aliases)))).ToList();
        var all = rules.SelectMany(rule => rule.Sources).ToHashSet();
        _blocks = [.. all.OfType<Cidr>().Order()];
        _names = [.. all.OfType<string>().Order(StringComparer.Ordinal)];
        _holding = new int[_blocks.Length + _names.Length];
        var places = _blocks.Cast<object>().Concat(_names).Select((source, place) => (source, place)).ToDictionary(at => at.source, at => at.place);
        foreach (var (packets, sources) in rules)
        {
            int[] at = [.. sources.Select(source => places[source])];
            _cuts.Add(new Cut(packets.Kind, packets.First, +1, at));
            _cuts.Add(new Cut(packets.Kind, packets.Last + 1, -1, at));
        }

        _cuts.Sort((left, right) => left.Kind != right.Kind ? left.Kind.CompareTo(right.Kind) : left.Port.CompareTo(right.Port));
    }

    public ImmutableArray<CoveredRange> Run()
    {
        var ranges = ImmutableArray.CreateBuilder<CoveredRange>();
        for (var i = 0; i < _cuts.Count; i++)
        {
            Apply(_cuts[i]);

            // What begins within a kind ends within it, so after the last cut of a kind nothing holds.
            if (i + 1 == _cuts.Count || _cuts[i + 1].Kind != _cuts[i].Kind || _cuts[i + 1].Port == _cuts[i].Port)
            {
                continue;
            }

            var packets = new PacketRange(_cuts[i].Kind, _cuts[i].Port, _cuts[i + 1].Port - 1);
            if (!_hasChanged && ranges.Count > 0)
            {
                ranges[^1] = ranges[^1] with { Packets = ranges[^1].Packets with { Last = packets.Last } };
            }
            else if (_holding.AsSpan().ContainsAnyExcept(0))
            {
                ranges.Add(Now(packets));
                _hasChanged = false;
            }
        }

        return ranges.DrainToImmutable();
    }

    private void Apply(Cut cut)
    {
        foreach (var source in cut.Sources)
        {
            _holding[source] += cut.Change;
            _hasChanged |= _holding[source] == (cut.Change > 0 ? 1 : 0);
        }
    }

    private CoveredRange Now(PacketRange packets)
    {
        var ipv4 = Array.FindIndex(_blocks, block => block.Family != AddressFamily.InterNetwork) is >= 0 and var first ? first : _blocks.Length;
        return new CoveredRange(
            packets,
            AddressUnion.OfOrdered(_blocks.Take(ipv4).Where((_, i) => _holding[i] > 0)),
            AddressUnion.OfOrdered(_blocks.Skip(ipv4).Where((_, i) => _holding[ipv4 + i] > 0)),
            [.. _names.Where((_, i) => _holding[_blocks.Length + i] > 0)]);
    }

    /// <summary>Where a rule begins to hold, or holds no more.</summary>
    private readonly record struct Cut(PacketKind Kind, int Port, int Change, int[] Sources);
}
