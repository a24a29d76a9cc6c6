using System.Buffers.Binary;

namespace Portlight.Nftables.Translations;

/// <summary>What being in a set, or being a certain key of a map, asks of protocol and port.</summary>
internal static class ElementConditions
{
    /// <summary>The keys of a set as intervals of bytes, the same twice for one value; an interval set of one field has its ends as elements of their own.</summary>
    internal static IEnumerable<(byte[] First, byte[] Last, NatElement Element)> Intervals(NatSet set)
    {
        if (!set.HasIntervals || set.IsConcatenation || set.Elements.Any(element => element.KeyEnd is not null))
        {
            return set.Elements.Where(element => !element.EndsInterval).Select(element => (element.Key, element.KeyEnd ?? element.Key, element));
        }

        // An end is the first value that is no longer in; an interval up to the highest value has none.
        List<NatElement> ordered = [.. set.Elements.OrderBy(element => Number(element.Key)).ThenBy(element => !element.EndsInterval)];
        var found = new List<(byte[], byte[], NatElement)>();
        for (var i = 0; i < ordered.Count; i++)
        {
            if (ordered[i].EndsInterval)
            {
                continue;
            }

            var last = new byte[ordered[i].Key.Length];
            if (i + 1 < ordered.Count)
            {
                BeforeOf(ordered[i + 1].Key).CopyTo(last, 0);
            }
            else
            {
                Array.Fill(last, (byte)0xff);
            }

            found.Add((ordered[i].Key, last, ordered[i]));
        }

        return found;
    }

    /// <summary>The conditions with those of one interval added.</summary>
    internal static PortConditions Add(PortConditions conditions, IEnumerable<(int Offset, Loaded What)> fields, byte[] first, byte[] last)
    {
        foreach ((var offset, var what) in fields)
        {
            if (what == Loaded.Protocol && offset < first.Length)
            {
                conditions = conditions.WithProtocols(Enumerable.Range(first[offset], last[offset] - first[offset] + 1).Select(number => (byte)number));
            }
            else if (what == Loaded.DestinationPort && offset + 2 <= first.Length)
            {
                conditions = conditions.WithPorts([(Port(first, offset), Port(last, offset))]);
            }
            else if (what == Loaded.Opaque)
            {
                conditions = conditions.Unclear();
            }
        }

        return conditions;
    }

    private static int Port(byte[] key, int offset) => BinaryPrimitives.ReadUInt16BigEndian(key.AsSpan(offset));

    private static System.Numerics.BigInteger Number(byte[] key) => new(key, isUnsigned: true, isBigEndian: true);

    private static byte[] BeforeOf(byte[] key)
    {
        byte[] before = [.. key];
        for (var i = before.Length - 1; i >= 0 && before[i]-- == 0; i--)
        {
            // Borrowed from the next byte.
        }

        return before;
    }
}
