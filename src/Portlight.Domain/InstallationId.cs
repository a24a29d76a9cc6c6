using System.Globalization;

namespace Portlight.Domain;

/// <summary>
/// Which installation something in the kernel belongs to: a random number that a data directory gets at its first start, written as 16 hexadecimal digits.
/// </summary>
public readonly record struct InstallationId(ulong Value)
{
    /// <summary>The length of its text.</summary>
    public const int Length = 16;

    /// <summary>Reads 16 lower-case hexadecimal digits and nothing else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out InstallationId id)
    {
        id = default;
        // Upper case and the signs and spaces that number parsers allow are not how it is written.
        foreach (var digit in text)
        {
            if (!char.IsAsciiHexDigitLower(digit))
            {
                return false;
            }
        }

        if (text.Length != Length || !ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        id = new InstallationId(value);
        return true;
    }

    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}
