using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Portlight.Domain;
using Portlight.Wire;

namespace Portlight.Api;

/// <summary>
/// Pages of lists. A token names its operation and the position after which the next page begins; it gives no right to anything, so it is only encoded. What
/// is not a token of the same operation is refused.
/// </summary>
internal static class Paging
{
    /// <summary>Entries of a page; the real service's number is not known.</summary>
    public const int PageSize = 100;

    /// <summary>Bytes of an answer, nearly, after which a page takes no more entries.</summary>
    private const int MostLength = 1 << 20;

    private const int Piece = 10;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

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

        if (TryDecode(token, out var text) && text.StartsWith(call.Operation + ":", StringComparison.Ordinal) && isPosition(text[(call.Operation.Length + 1)..]))
        {
            return text[(call.Operation.Length + 1)..];
        }

        throw new InvalidInputException($"pageToken: `{UserText.Excerpt(token)}` is not a nextPageToken of {call.Operation}");
    }

    public static string Token(Call call, string position) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{call.Operation}:{position}"));

    public static bool IsNumber(string position) => long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    /// <summary>One page out of one entry more than fit it, and the token for what follows.</summary>
    public static (IReadOnlyList<T> Page, string? Next) Cut<T>(Call call, IReadOnlyList<T> read, Func<T, string> position) =>
        read.Count <= PageSize ? (read, null) : ([.. read.Take(PageSize)], Token(call, position(read[PageSize - 1])));

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
                if (page.Count == PageSize || length >= MostLength)
                {
                    return (page, Token(call, position(page[^1])));
                }

                page.Add(entry);
                length += lengthOf(entry);
            }
        }
        while (piece.Count == Piece);

        return (page, null);
    }

    private static bool TryDecode(string token, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (token.Length > 2048 || !Base64Url.IsValid(token))
        {
            return false;
        }

        try
        {
            text = Strict.GetString(Base64Url.DecodeFromChars(token));
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false; // well-formed base64 of something that is no text
        }
    }
}
