using System.Collections.Immutable;
using System.Net.Sockets;
using Portlight.Domain;

namespace Portlight.Nftables.Compiling;

/// <summary>A contiguous run of addresses of one family.</summary>
internal readonly record struct SourceRange(UInt128 First, UInt128 Last)
{
    internal static ImmutableArray<SourceRange> EverybodyIpv4 { get; } = [new(0, uint.MaxValue)];

    internal static ImmutableArray<SourceRange> EverybodyIpv6 { get; } = [new(0, UInt128.MaxValue)];

    internal static ImmutableArray<SourceRange> Everybody(bool isIpv4) => isIpv4 ? EverybodyIpv4 : EverybodyIpv6;

    /// <summary>The union of the blocks: sorted, disjoint, with neighbours joined. Interval sets refuse overlaps, port rules allow them.</summary>
    internal static ImmutableArray<SourceRange> Union(ImmutableArray<Cidr> sources, bool isIpv4)
    {
        if (sources.Length == 0)
        {
            return [];
        }

        foreach (var source in sources)
        {
            if (source.Family != (isIpv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6))
            {
                throw new ArgumentException($"`{source}` is among the sources of the other family");
            }

            if (source.IsAny)
            {
                return Everybody(isIpv4);
            }
        }

        return Merge(sources.Select(source => new SourceRange(source.Network, source.Last)), isIpv4);
    }

    /// <summary>The union of ranges, in the same form.</summary>
    internal static ImmutableArray<SourceRange> Merge(IEnumerable<SourceRange> ranges, bool isIpv4)
    {
        var merged = ImmutableArray.CreateBuilder<SourceRange>();
        foreach (var range in ranges.OrderBy(range => range.First))
        {
            if (merged.Count > 0 && (merged[^1].Last >= range.First || merged[^1].Last + 1 == range.First))
            {
                if (range.Last > merged[^1].Last)
                {
                    merged[^1] = merged[^1] with { Last = range.Last };
                }
            }
            else
            {
                merged.Add(range);
            }
        }

        var everybody = Everybody(isIpv4);
        return merged.Count == 1 && merged[0] == everybody[0] ? everybody : merged.DrainToImmutable();
    }
}
