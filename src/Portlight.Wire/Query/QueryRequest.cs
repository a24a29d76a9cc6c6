using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Portlight.Wire.Query;

/// <summary>
/// A request of AWS's Query protocol, which IAM and STS speak: parameters of a form, with <c>Action</c> and <c>Version</c> among them. Lists are spelled out,
/// <c>Tags.member.1.Key</c> (AWS General Reference, Query protocol).
/// </summary>
public sealed class QueryRequest
{
    private const string Member = "member.";

    /// <summary>Parameters of one request. AWS's SDKs send hundreds at most; a form is taken apart before anybody knows who sent it.</summary>
    public const int MaxParameters = 1000;

    private readonly Dictionary<string, string> _parameters;

    private QueryRequest(Dictionary<string, string> parameters) => _parameters = parameters;

    public string Action => Find("Action") ?? "";

    public string Version => Find("Version") ?? "";

    /// <summary>Every parameter, in no order.</summary>
    public IReadOnlyDictionary<string, string> Parameters => _parameters;

    /// <summary>Reads a form (<c>application/x-www-form-urlencoded</c>) or the query of a URL. Refuses what is not UTF-8 or names a parameter twice.</summary>
    public static bool TryParse(ReadOnlySpan<byte> form, [NotNullWhen(true)] out QueryRequest? request, [NotNullWhen(false)] out string? problem)
    {
        if (form.Count((byte)'&') >= MaxParameters)
        {
            (request, problem) = (null, $"the form has more than {MaxParameters} parameters");
            return false;
        }

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
    public string? Find(string name) => _parameters.GetValueOrDefault(name);

    /// <summary>
    /// What a list's entries are called: <c>Tags.member.1</c>, <c>Tags.member.2</c>, …, with a dot and a member's name behind where they are structures. Entries
    /// are counted from 1 without a gap: a list that is not counted so is refused, because an entry that is passed over might have been the one that mattered.
    /// </summary>
    /// <param name="name">The list's name, <c>Tags</c>.</param>
    /// <param name="entries">The entries; none when the list is not there, or is there as an empty parameter, which is how SDKs write an empty list.</param>
    /// <returns>False for a parameter under the list's name that is no counted entry.</returns>
    public bool TryList(string name, out IReadOnlyList<string> entries)
    {
        var prefix = name + ".";
        var numbers = new SortedSet<int>();
        var isCounted = _parameters.GetValueOrDefault(name, "").Length == 0;
        foreach (var parameter in _parameters.Keys)
        {
            if (parameter.StartsWith(prefix, StringComparison.Ordinal))
            {
                if (TryNumber(parameter.AsSpan(prefix.Length), out var number))
                {
                    numbers.Add(number);
                }
                else
                {
                    isCounted = false;
                }
            }
        }

        isCounted &= numbers.Count == 0 || numbers.Max == numbers.Count;
        entries = isCounted ? [.. numbers.Select(number => $"{prefix}{Member}{number}")] : [];
        return isCounted;
    }

    /// <summary>The number in <c>member.12</c> or <c>member.12.Key</c>: at most four digits, because a request has room for no more entries.</summary>
    private static bool TryNumber(ReadOnlySpan<char> entry, out int number)
    {
        number = 0;
        if (!entry.StartsWith(Member, StringComparison.Ordinal))
        {
            return false;
        }

        entry = entry[Member.Length..];
        var dot = entry.IndexOf('.');
        var digits = dot < 0 ? entry : entry[..dot];
        return digits.Length is > 0 and <= 4 && digits[0] != '0' && !digits.ContainsAnyExceptInRange('0', '9') && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

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
