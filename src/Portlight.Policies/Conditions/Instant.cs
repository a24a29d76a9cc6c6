using System.Globalization;

namespace Portlight.Policies.Conditions;

/// <summary>
/// Dates as IAM's operators take them: the W3C profile of ISO 8601 (<c>2026-01-31</c>, <c>2026-01-31T08:00Z</c>, <c>2026-01-31T08:00:00.5+01:00</c>), and seconds since
/// 1970. Four digits could be either and are refused.
/// </summary>
internal static class Instant
{
    private static readonly string[] Forms =
    [
        "yyyy-MM", "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
    ];

    /// <param name="text">What was written.</param>
    /// <param name="ticks">Ticks of 100 ns since year 1.</param>
    public static bool TryRead(string text, out long ticks)
    {
        ticks = 0;
        var seconds = text.AsSpan(text.StartsWith('-') ? 1 : 0);
        if (seconds.Length is > 0 and <= 12 && seconds.Length != 4 && Literals.AreDigits(seconds))
        {
            return TryFromEpoch(long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), out ticks);
        }

        if (text.Length is < 7 or > 35 || !IsPlain(text))
        {
            return false;
        }

        var zoned = text.EndsWith('Z') ? $"{text.AsSpan(0, text.Length - 1)}+00:00" : text;
        if (!DateTimeOffset.TryParseExact(zoned, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
        {
            return false;
        }

        ticks = instant.UtcTicks;
        return true;
    }

    private static bool TryFromEpoch(long seconds, out long ticks)
    {
        var readable = seconds >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        ticks = readable ? DateTimeOffset.FromUnixTimeSeconds(seconds).UtcTicks : 0;
        return readable;
    }

    /// <summary>What the framework's parser forgives and the profile does not: blanks, one-digit hours of an offset, a point without a fraction.</summary>
    private static bool IsPlain(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0 && (point + 1 == text.Length || !char.IsAsciiDigit(text[point + 1])))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c) && c is not ('-' or '+' or ':' or '.' or 'T' or 'Z'))
            {
                return false;
            }
        }

        var time = text.IndexOf('T', StringComparison.Ordinal);
        return time < 0 ? char.IsAsciiDigit(text[^1]) : text[^1] == 'Z' || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');
    }
}
