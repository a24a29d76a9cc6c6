using Google.Protobuf;

namespace Portlight.AgentStream.Wire;

/// <summary>Divides what is too much for one message.</summary>
internal static class Parts
{
    /// <summary>The most bytes of one message, at both ends.</summary>
    internal const int MaxMessage = 4 << 20;

    /// <summary>Where a new part is begun.</summary>
    private const int Full = 256 << 10;

    /// <summary>The items in order, in parts that fit; at least one part.</summary>
    internal static IEnumerable<(List<T> Items, bool IsLast)> Of<T>(IReadOnlyList<T> all)
        where T : IMessage
    {
        var (part, size) = (new List<T>(), 0);
        for (var i = 0; i < all.Count; i++)
        {
            var length = all[i].CalculateSize();
            if (part.Count > 0 && size + length > Full)
            {
                yield return (part, false);
                (part, size) = ([], 0);
            }

            part.Add(all[i]);
            size += length + 8;
        }

        yield return (part, true);
    }
}
