using System.Globalization;

namespace Portlight.Wire.SigV4;

/// <summary>The times of SigV4: ISO 8601 basic format, <c>20150830T123600Z</c>.</summary>
public static class SigV4Time
{
    private const string Pattern = "yyyyMMdd'T'HHmmss'Z'";

    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(Pattern, CultureInfo.InvariantCulture);

    public static bool TryParse(string? text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        text, Pattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    // A plain Date header, where there is no X-Amz-Date, is usually in HTTP's own format.
    internal static bool TryParseHttp(string text, out DateTimeOffset time) =>
        TryParse(text, out time) || DateTimeOffset.TryParseExact(
            text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
}
