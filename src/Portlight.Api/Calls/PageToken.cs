using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Portlight.Api;

/// <summary>
/// Where the next page of a list begins, as its caller carries it: names its operation and the position after which the page begins, so a list that changes meanwhile
/// loses and repeats nothing else. It gives no right to anything, so it is only encoded; what is no token of the same operation is refused.
/// </summary>
internal static class PageToken
{
    /// <summary>Bytes of an answer, nearly, after which a page takes no more entries: an answer is held in memory until its caller has read it, however slowly.</summary>
    public const int MostLength = 1 << 20;

    private const int LongestToken = 2_048;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Of(Call call, string position) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Prefix(call) + position));

    public static bool TryRead(Call call, string token, [NotNullWhen(true)] out string? position)
    {
        position = null;
        if (token.Length > LongestToken || !Base64Url.IsValid(token))
        {
            return false;
        }

        try
        {
            var (text, prefix) = (Strict.GetString(Base64Url.DecodeFromChars(token)), Prefix(call));
            position = text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : null;
        }
        catch (DecoderFallbackException)
        {
            // Well-formed base64 of something that is no text.
        }

        return position is not null;
    }

    private static string Prefix(Call call) => call.Operation + ":";
}
