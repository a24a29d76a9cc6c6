using Portlight.Api;

namespace Portlight.Identity;

/// <summary>
/// A page of a list that is read piece by piece from where its marker says, in one part or in several, one after the other. What does not match is passed over,
/// and a page ends when enough has been looked at, however little of it matched: the caller goes on with its marker.
/// </summary>
internal static class IamWalk
{
    private const int Piece = 25;

    /// <summary>Entries that one page looks at.</summary>
    private const int MostLooked = 2_000;

    /// <param name="page">What the request asks for.</param>
    /// <param name="parts">The parts, in ordinal order of their prefixes.</param>
    /// <param name="matches">Whether an entry belongs to the list.</param>
    /// <param name="lengthOf">About how long an entry is in the answer, or how much was read for it if that is more.</param>
    public static Page<T> Of<T>(IamPage page, IReadOnlyList<IamWalkPart<T>> parts, Func<T, bool> matches, Func<T, int> lengthOf)
    {
        var found = new List<T>();
        var (looked, length, last) = (0, 0L, "");
        foreach (var part in parts)
        {
            if (Start(part.Prefix, page.After) is not { } from)
            {
                continue;
            }

            IReadOnlyList<T> piece;
            do
            {
                piece = part.List(from, Piece);
                foreach (var entry in piece)
                {
                    if (page.IsFull(found.Count, length) || looked == MostLooked)
                    {
                        return page.EndingWith(found, last);
                    }

                    from = part.NameOf(entry).ToLowerInvariant();
                    last = part.Prefix + from;
                    looked++;
                    length += lengthOf(entry);
                    if (matches(entry))
                    {
                        found.Add(entry);
                    }
                }
            }
            while (piece.Count == Piece);
        }

        return IamPage.Last(found);
    }

    /// <summary>The name after which a part goes on; null where the pages before have shown all of it.</summary>
    private static string? Start(string prefix, string? after) =>
        after is null ? ""
        : after.StartsWith(prefix, StringComparison.Ordinal) ? after[prefix.Length..]
        : string.CompareOrdinal(prefix, after) < 0 ? null
        : "";
}

/// <summary>A part of a list.</summary>
/// <param name="Prefix">What its entries' places in the list begin with.</param>
/// <param name="List">Entries after a name, at most so many, in ordinal order of their names in lower case.</param>
/// <param name="NameOf">An entry's name.</param>
internal sealed record IamWalkPart<T>(string Prefix, Func<string, int, IReadOnlyList<T>> List, Func<T, string> NameOf);
