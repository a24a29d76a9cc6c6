using System.Globalization;
using System.Net.Sockets;
using Portlight.Domain;

namespace Portlight.Policies.Conditions;

/// <summary>Reads numbers, truth values, bytes and address blocks as strictly in a policy as in a request: what is not exactly one is none.</summary>
internal static class Literals
{
    private const int MostDigits = 28;

    /// <summary>Digits with an optional sign and fraction, at most 28 of them, which is what is compared without rounding.</summary>
    public static bool TryReadNumber(string text, out decimal number)
    {
        number = 0;
        var digits = text.AsSpan(text.Length > 0 && text[0] is '+' or '-' ? 1 : 0);
        var point = digits.IndexOf('.');
        return digits.Length <= MostDigits + 1
            && AreDigits(point < 0 ? digits : digits[..point])
            && (point < 0 || AreDigits(digits[(point + 1)..]))
            && digits.Length - (point < 0 ? 0 : 1) <= MostDigits
            && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }

    /// <summary><c>true</c> or <c>false</c> in any letter case.</summary>
    public static bool TryReadTruth(string text, out bool truth)
    {
        truth = text.Equals("true", StringComparison.OrdinalIgnoreCase);
        return truth || text.Equals("false", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Base64 of RFC 4648, padded and without blanks.</summary>
    public static bool TryReadBytes(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length / 4 * 3];
        if (text.AsSpan().IndexOfAny(" \t\r\n") >= 0 || !Convert.TryFromBase64String(text, bytes, out var length))
        {
            return false;
        }

        bytes = bytes[..length];
        return true;
    }

    /// <summary>An address or a block, of either family; host bits are masked away, as IAM accepts them.</summary>
    public static bool TryReadBlock(string text, out Cidr block) =>
        Cidr.TryParse(text, text.Contains(':', StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, out block, out _);

    internal static bool AreDigits(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        return text.Length > 0;
    }
}
