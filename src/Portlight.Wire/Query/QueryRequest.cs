using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Portlight.Wire.Query;

/// <summary>
/// A request of AWS's Query protocol, which IAM and STS speak: parameters of a form, with <c>Action</c> and <c>Version</c> among them. Lists are spelled out,
/// <c>Tags.member.1.Key</c> (AWS General Reference, Query protocol).
/// </summary>
public sealed class QueryRequest
{
    private readonly Dictionary<string, string> parameters;

    private QueryRequest(Dictionary<string, string> parameters) => this.parameters = parameters;

    public string Action => Find("Action") ?? "";

    public string Version => Find("Version") ?? "";

    /// <summary>Every parameter, in no order.</summary>
    public IReadOnlyDictionary<string, string> Parameters => parameters;

    /// <summary>Reads a form (<c>application/x-www-form-urlencoded</c>) or the query of a URL. Refuses what is not UTF-8 or names a parameter twice.</summary>
    public static bool TryParse(ReadOnlySpan<byte> form, [NotNullWhen(true)] out QueryRequest? request, [NotNullWhen(false)] out string? problem)
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var range in form.Split((byte)'&'))
        {
            var pair = form[range];
            if (pair.IsEmpty)
            {
                continue;
            }

            var equals = pair.IndexOf((byte)'=');
            if (!TryDecode(equals < 0 ? pair : pair[..equals], out var name) || !TryDecode(equals < 0 ? [] : pair[(equals + 1)..], out var value))
            {
                (request, problem) = (null, "the form is not well-formed: a parameter is no percent-encoded UTF-8");
                return false;
            }

            if (!read.TryAdd(name, value))
            {
                (request, problem) = (null, "the form names a parameter twice");
                return false;
            }
        }

        (request, problem) = (new QueryRequest(read), null);
        return true;
    }

    /// <summary>A parameter; null when it is not there.</summary>
    public string? Find(string name) => parameters.GetValueOrDefault(name);

    private static bool TryDecode(ReadOnlySpan<byte> text, [NotNullWhen(true)] out string? decoded)
    {
        decoded = null;
        var bytes = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var one = text[i];
            if (one == '%')
            {
                if (i + 2 >= text.Length || !char.IsAsciiHexDigit((char)text[i + 1]) || !char.IsAsciiHexDigit((char)text[i + 2]))
                {
                    return false;
                }

                one = (byte)((Digit(text[i + 1]) << 4) | Digit(text[i + 2]));
                i += 2;
            }
            else if (one == '+')
            {
                one = (byte)' ';
            }

            bytes[length++] = one;
        }

        try
        {
            decoded = Strict.GetString(bytes, 0, length);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static int Digit(byte hex) => hex <= '9' ? hex - '0' : (hex | 0x20) - 'a' + 10;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
