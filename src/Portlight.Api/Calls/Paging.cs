using System.Globalization;
using Portlight.Domain;
using Portlight.Wire;

namespace Portlight.Api;

/// <summary>
/// Pages of lists, of all services: a page ends after as many entries as it may have, or when they are about as long as an answer may be, because an answer is held in
/// memory until its caller has read it, however slowly. Lightsail has <c>pageToken</c> and <c>nextPageToken</c> for it and a size of ours, IAM a marker and the caller's size.
/// </summary>
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

    /// <summary>One page.</summary>
    /// <param name="call">The request.</param>
    /// <param name="entries">What follows the page before, in order; no more of it is read than fills the page, and one entry.</param>
    /// <param name="position">What an entry is found again by.</param>
    /// <param name="size">The most entries.</param>
    /// <param name="lengthOf">About how long an entry is in the answer; null where entries are short.</param>
    public static Page<T> Take<T>(Call call, IEnumerable<T> entries, Func<T, string> position, int size = PageSize, Func<T, int>? lengthOf = null)
    {
        var page = new List<T>();
        var length = 0L;
        foreach (var entry in entries)
        {
            if (IsFull(page.Count, size, length))
            {
                return new Page<T>(page, PageToken.Of(call, position(page[^1])));
            }

            page.Add(entry);
            length += lengthOf?.Invoke(entry) ?? 0;
        }

        return new Page<T>(page, null);
    }

    /// <summary>Whether a page takes no more.</summary>
    /// <param name="count">Its entries.</param>
    /// <param name="size">The most entries.</param>
    /// <param name="length">About how long they are in the answer.</param>
    public static bool IsFull(int count, int size, long length) => count >= size || length >= PageToken.MostLength;

    /// <summary>A list that is read piece by piece, as far as somebody reads on.</summary>
    /// <param name="list">Entries after one, at most so many; null is the beginning.</param>
    public static IEnumerable<T> InPieces<T>(Func<T?, int, IReadOnlyList<T>> list)
        where T : class
    {
        T? last = null;
        IReadOnlyList<T> piece;
        do
        {
            piece = list(last, Piece);
            foreach (var entry in piece)
            {
                yield return last = entry;
            }
        }
        while (piece.Count == Piece);
    }
}
