using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>
/// What a port set lets in, as packets: protocol, port and source, whatever rules say it in. Two sets with the same coverage differ in text alone. Exact: blocks
/// that together are a larger one, ranges that together are a longer one, <c>all</c> that covers every protocol, types and codes of ICMP.
/// </summary>
/// <remarks>
/// An alias counts by the blocks that it stands for. One that stands for nothing (in the families of the rule) may stand for something tomorrow: it counts as a
/// source of its own, which only itself and a set that is open to everybody cover. For one thread at a time.
/// </remarks>
public sealed class PortCoverage
{
    private readonly ImmutableArray<CoveredRange> _ranges;
    private readonly IReadOnlyDictionary<string, ImmutableArray<Cidr>> _aliases;

    // A set has many rules and few different sources: where each is let in is worked out once, so that a request of many rules costs no square.
    private readonly Dictionary<(PacketKind Kind, object Source), List<(int First, int Last)>> _runs = [];

    private PortCoverage(ImmutableArray<CoveredRange> ranges, IReadOnlyDictionary<string, ImmutableArray<Cidr>> aliases)
    {
        _ranges = ranges;
        _aliases = aliases;
    }

    /// <param name="set">The rules.</param>
    /// <param name="aliases">What their aliases stand for (<see cref="PortLimits.Aliases"/>).</param>
    public static PortCoverage Of(PortSet set, IReadOnlyDictionary<string, ImmutableArray<Cidr>> aliases) => new(new CoverageSweep(set, aliases).Run(), aliases);

    /// <summary>Whether every packet that <paramref name="other"/> lets in is let in here too.</summary>
    public bool Covers(PortCoverage other)
    {
        foreach (var wanted in other._ranges)
        {
            if (!Covers(wanted))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether every packet that the rule lets in is let in here.</summary>
    public bool Covers(PortRule rule)
    {
        foreach (var packets in PacketRange.Of(rule.Key))
        {
            foreach (var source in RuleSources.Of(rule, packets, _aliases))
            {
                if (!RunsOf(packets.Kind, source).Exists(run => run.First <= packets.First && packets.Last <= run.Last))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>
    /// Whether some protocol and port that the key covers is open to every address of a family that somebody on the internet can have, by one rule or by many
    /// together. Leaving out what nobody can have (private, reserved and special-purpose blocks) makes no difference.
    /// </summary>
    public bool IsOpenToAll(PortKey key)
    {
        foreach (var asked in PacketRange.Of(key))
        {
            for (var i = FirstAt(asked.Kind, asked.First); i < _ranges.Length && _ranges[i].Packets.Kind == asked.Kind && _ranges[i].Packets.First <= asked.Last; i++)
            {
                if (_ranges[i].IsOpenToAll)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private bool Covers(CoveredRange wanted)
    {
        var next = wanted.Packets.First;
        for (var i = FirstAt(wanted.Packets.Kind, next); i < _ranges.Length && _ranges[i].Packets.Kind == wanted.Packets.Kind && _ranges[i].Packets.First <= next; i++)
        {
            if (!_ranges[i].Covers(wanted))
            {
                return false;
            }

            if (_ranges[i].Packets.Last >= wanted.Packets.Last)
            {
                return true;
            }

            next = _ranges[i].Packets.Last + 1;
        }

        return false;
    }

    /// <summary>The runs of ports at which a source is let in, each as long as it can be.</summary>
    private List<(int First, int Last)> RunsOf(PacketKind kind, object source)
    {
        if (_runs.TryGetValue((kind, source), out var known))
        {
            return known;
        }

        var found = _runs[(kind, source)] = [];
        for (var i = FirstAt(kind, 0); i < _ranges.Length && _ranges[i].Packets.Kind == kind; i++)
        {
            var (first, last) = (_ranges[i].Packets.First, _ranges[i].Packets.Last);
            if (!_ranges[i].LetsIn(source))
            {
                continue;
            }

            if (found.Count > 0 && found[^1].Last + 1 == first)
            {
                found[^1] = (found[^1].First, last);
            }
            else
            {
                found.Add((first, last));
            }
        }

        return found;
    }

    /// <summary>The first range of a kind that does not end before a place.</summary>
    private int FirstAt(PacketKind kind, int place)
    {
        int low = 0, high = _ranges.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            var packets = _ranges[middle].Packets;
            if (packets.Kind < kind || (packets.Kind == kind && packets.Last < place))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
