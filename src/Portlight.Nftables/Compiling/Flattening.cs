using System.Collections.Immutable;

namespace Portlight.Nftables.Compiling;

/// <summary>A run of numbers (ports, protocols or ICMP codes) that some sources may reach.</summary>
internal readonly record struct OpenSpan(int First, int Last, ImmutableArray<SourceRange> Sources);

/// <summary>
/// Turns overlapping open spans into disjoint ones that open exactly the same, because a kernel's interval set takes no two elements that overlap:
/// the numbers are cut where any span begins or ends, every piece gets the union of the sources that reach it, and equal neighbours are joined again.
/// </summary>
internal static class Flattening
{
    internal static List<OpenSpan> Flatten(List<OpenSpan> spans, bool isIpv4)
    {
        if (spans.Count <= 1) return spans;
        int[] cuts = [.. spans.SelectMany(span => new[] { span.First, span.Last + 1 }).Distinct().Order()];
        var flat = new List<OpenSpan>();
        for (int i = 0; i + 1 < cuts.Length; i++)
        {
            int first = cuts[i];
            ImmutableArray<SourceRange> sources = SourceRange.Merge(spans.Where(span => span.First <= first && first <= span.Last).SelectMany(span => span.Sources), isIpv4);
            if (sources.IsEmpty) continue;
            var piece = new OpenSpan(first, cuts[i + 1] - 1, sources);
            if (flat.Count > 0 && flat[^1].Last + 1 == first && flat[^1].Sources.AsSpan().SequenceEqual(sources.AsSpan())) flat[^1] = flat[^1] with { Last = piece.Last };
            else flat.Add(piece);
        }

        return flat;
    }
}
