using System.Globalization;
using Portlight.Domain;
using Portlight.Wire;

namespace Portlight.Api;

/// <summary>Pages of Lightsail's lists, of a size of ours: <c>pageToken</c> in, <c>nextPageToken</c> out. IAM's, of which a caller says the size, are made of the same tokens.</summary>
internal static class Paging
{
    /// <summary>Entries of a page; the real service's number is not known.</summary>
    public const int PageSize = 100;

    private const int Piece = 10;

    /// <summary>The position that a token names; null for the first page.</summary>
    /// <param name="call">The request.</param>
    /// <param name="token">What the caller sent.</param>
    /// <param name="isPosition">Whether a text is a position of this operation's list.</param>
    public static string? ReadPosition(Call call, string? token, Predicate<string> isPosition)
    {
        if (token is null)
        {
            return null;
        }

        if (PageToken.TryRead(call, token, out var position) && isPosition(position))
        {
            return position;
        }

        throw new InvalidInputException($"pageToken: `{UserText.Excerpt(token)}` is not a nextPageToken of {call.Operation}");
    }

    public static bool IsNumber(string position) => long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    /// <summary>One page out of one entry more than fit it, and the token for what follows.</summary>
    public static (IReadOnlyList<T> Page, string? Next) Cut<T>(Call call, IReadOnlyList<T> read, Func<T, string> position) =>
        read.Count <= PageSize ? (read, null) : ([.. read.Take(PageSize)], PageToken.Of(call, position(read[PageSize - 1])));

    /// <summary>
    /// One page of what is read piece by piece: it ends after as many entries as a page has, or when they are about as long as an answer may be. An answer is held in
    /// memory until its caller has read it, however slowly.
    /// </summary>
    /// <param name="call">The request.</param>
    /// <param name="list">Entries after a position, at most so many; null is the beginning.</param>
    /// <param name="position">An entry's position.</param>
    /// <param name="lengthOf">About how long an entry is in the answer.</param>
    public static (IReadOnlyList<T> Page, string? Next) Read<T>(Call call, Func<T?, int, IReadOnlyList<T>> list, Func<T, string> position, Func<T, int> lengthOf)
        where T : class
    {
        var page = new List<T>();
        var length = 0L;
        IReadOnlyList<T> piece;
        do
        {
            piece = list(page.LastOrDefault(), Piece);
            foreach (var entry in piece)
            {
                if (page.Count == PageSize || length >= PageToken.MostLength)
                {
                    return (page, PageToken.Of(call, position(page[^1])));
                }

                page.Add(entry);
                length += lengthOf(entry);
            }
        }
        while (piece.Count == Piece);

        return (page, null);
    }
}
