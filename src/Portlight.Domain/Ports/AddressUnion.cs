using System.Collections.Immutable;
using System.Net.Sockets;

namespace Portlight.Domain;

/// <summary>Addresses of one family as ranges in order, none of which touches the next: what blocks let in together, however they are cut.</summary>
internal readonly struct AddressUnion
{
    private readonly ImmutableArray<(UInt128 First, UInt128 Last)> _ranges;

    private AddressUnion(ImmutableArray<(UInt128 First, UInt128 Last)> ranges) => _ranges = ranges;

    private ReadOnlySpan<(UInt128 First, UInt128 Last)> Ranges => _ranges.IsDefault ? [] : _ranges.AsSpan();

    public bool IsEmpty => Ranges.IsEmpty;

    public static AddressUnion Of(IEnumerable<Cidr> blocks) => OfOrdered(blocks.Order());

    /// <param name="blocks">Of one family, in order of their first address.</param>
    public static AddressUnion OfOrdered(IEnumerable<Cidr> blocks)
    {
        var builder = ImmutableArray.CreateBuilder<(UInt128 First, UInt128 Last)>();
        foreach (var block in blocks)
        {
            Append(builder, block.Network, block.Last);
        }

        return new AddressUnion(builder.DrainToImmutable());
    }

    public AddressUnion With(AddressUnion other)
    {
        var builder = ImmutableArray.CreateBuilder<(UInt128 First, UInt128 Last)>(Ranges.Length + other.Ranges.Length);
        int left = 0, right = 0;
        while (left < Ranges.Length || right < other.Ranges.Length)
        {
            var next = right >= other.Ranges.Length || (left < Ranges.Length && Ranges[left].First <= other.Ranges[right].First) ? Ranges[left++] : other.Ranges[right++];
            Append(builder, next.First, next.Last);
        }

        return new AddressUnion(builder.DrainToImmutable());
    }

    /// <summary>Whether every address of <paramref name="other"/> is in it.</summary>
    public bool Covers(AddressUnion other)
    {
        var at = 0;
        foreach (var wanted in other.Ranges)
        {
            while (at < Ranges.Length && Ranges[at].Last < wanted.First)
            {
                at++;
            }

            if (at == Ranges.Length || Ranges[at].First > wanted.First || Ranges[at].Last < wanted.Last)
            {
                return false;
            }
        }

        return true;
    }

    public bool Contains(Cidr block)
    {
        int low = 0, high = Ranges.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Ranges[middle].Last < block.Network)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < Ranges.Length && Ranges[low].First <= block.Network && block.Last <= Ranges[low].Last;
    }

    /// <summary>Whether it is every address of its family.</summary>
    public bool IsAll(UInt128 last) => Ranges is [var one] && one.First == 0 && one.Last == last;

    /// <summary>The fewest blocks that are these addresses, in order.</summary>
    public IEnumerable<Cidr> ToBlocks(AddressFamily family)
    {
        if (_ranges.IsDefault)
        {
            yield break;
        }

        var width = family == AddressFamily.InterNetwork ? 32 : 128;
        foreach (var (first, last) in _ranges)
        {
            for (var at = first; ;)
            {
                // The largest block that begins here and does not end behind the range.
                var bits = Math.Min(width, at == 0 ? width : (int)UInt128.TrailingZeroCount(at));
                while (bits > 0 && (bits == 128 ? UInt128.MaxValue : (UInt128.One << bits) - 1) > last - at)
                {
                    bits--;
                }

                var block = Cidr.Create(family, at, width - bits);
                yield return block;
                if (block.Last >= last)
                {
                    break;
                }

                at = block.Last + 1;
            }
        }
    }

    /// <summary>Ranges come in order of their first address; one that meets or touches the last one makes it longer.</summary>
    private static void Append(ImmutableArray<(UInt128 First, UInt128 Last)>.Builder builder, UInt128 first, UInt128 last)
    {
        if (builder.Count > 0 && (builder[^1].Last == UInt128.MaxValue || first <= builder[^1].Last + 1))
        {
            builder[^1] = (builder[^1].First, UInt128.Max(builder[^1].Last, last));
        }
        else
        {
            builder.Add((first, last));
        }
    }
}
