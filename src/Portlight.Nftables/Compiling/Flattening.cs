using System.Collections.Immutable;

namespace Portlight.Nftables.Compiling;

/// <summary>
/// A run of what can be reached, by some sources. Everything that can be reached in a family is one number of 24 bits: the protocol, and behind it the port, or an ICMP type and its code; protocols
/// without ports have all of them.
/// </summary>
internal readonly record struct OpenSpan(int First, int Last, ImmutableArray<SourceRange> Sources)
{
    internal const int Everything = 0xffffff;
    private const int PortMask = 0xffff;

    internal int Protocol => First >> 16;

    internal int Port => First & PortMask;

    internal bool IsWholeProtocol => Port == 0 && Last == (First | PortMask);

    internal bool IsWholeIcmpType => (First & 0xff) == 0 && Last == (First | 0xff);

    internal static OpenSpan Of(int protocol, int first, int last, ImmutableArray<SourceRange> sources) => new((protocol << 16) | first, (protocol << 16) | last, sources);

    /// <summary>−1 is every type, or every code.</summary>
    internal static OpenSpan OfIcmp(int protocol, int type, int code, ImmutableArray<SourceRange> sources) =>
        type < 0 ? Of(protocol, 0, PortMask, sources)
        : code < 0 ? Of(protocol, type << 8, (type << 8) | byte.MaxValue, sources)
        : Of(protocol, (type << 8) | code, (type << 8) | code, sources);
}

/// <summary>
/// Turns overlapping open spans into disjoint ones that open exactly the same, because a kernel's interval set takes no two elements that overlap:
/// the numbers are cut where any span begins or ends, every piece gets the union of the sources that reach it, and equal neighbours are joined again.
/// </summary>
internal static class Flattening
{
    internal static List<OpenSpan> Flatten(List<OpenSpan> spans, bool isIpv4)
    {
        if (spans.Count <= 1)
        {
            return spans;
        }

        int[] cuts = [.. spans.SelectMany(span => new[] { span.First, span.Last + 1 }).Distinct().Order()];
        var flat = new List<OpenSpan>();
        for (var i = 0; i + 1 < cuts.Length; i++)
        {
            var first = cuts[i];
            var sources = SourceRange.Merge(spans.Where(span => span.First <= first && first <= span.Last).SelectMany(span => span.Sources), isIpv4);
            if (sources.IsEmpty)
            {
                continue;
            }

            var piece = new OpenSpan(first, cuts[i + 1] - 1, sources);
            if (flat.Count > 0 && flat[^1].Last + 1 == first && flat[^1].Sources.AsSpan().SequenceEqual(sources.AsSpan()))
            {
                flat[^1] = flat[^1] with { Last = piece.Last };
            }
            else
            {
                flat.Add(piece);
            }
        }

        return flat;
    }
}
