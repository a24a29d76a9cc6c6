using System.Globalization;

namespace Portlight.Wire.SigV4;

/// <summary>The times of SigV4: ISO 8601 basic format, <c>20150830T123600Z</c>.</summary>
public static class SigV4Time
{
    private const string Pattern = "yyyyMMdd'T'HHmmss'Z'";

    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(Pattern, CultureInfo.InvariantCulture);

    public static bool TryParse(string? text, out DateTimeOffset time)
    {
        // By its places: the parser of .NET, which reads any pattern, takes as long as the hash of a request.
        time = default;
        if (text is not { Length: 16 } || text[8] != 'T' || text[15] != 'Z'
            || !TryRead(text.AsSpan(0, 4), out var year) || !TryRead(text.AsSpan(4, 2), out var month) || !TryRead(text.AsSpan(6, 2), out var day)
            || !TryRead(text.AsSpan(9, 2), out var hour) || !TryRead(text.AsSpan(11, 2), out var minute) || !TryRead(text.AsSpan(13, 2), out var second)
            || year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        time = new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero);
        return true;
    }

    // A plain Date header, where there is no X-Amz-Date, is usually in HTTP's own format.
    internal static bool TryParseHttp(string text, out DateTimeOffset time) =>
        TryParse(text, out time) || DateTimeOffset.TryParseExact(
            text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    private static bool TryRead(ReadOnlySpan<char> digits, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit(digit))
            {
                return false;
            }

            number = (10 * number) + (digit - '0');
        }

        return true;
    }
}
