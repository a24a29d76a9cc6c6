using System.Globalization;
using Portlight.Console.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Networking;

/// <summary>For how long a rule may be asked to be open, and the words for it.</summary>
internal static class RuleTimes
{
    public static IReadOnlyList<(int Seconds, string Words)> All { get; } =
        [(900, "15 minutes"), (3600, "1 hour"), (4 * 3600, "4 hours"), (8 * 3600, "8 hours"), (86_400, "1 day"), (7 * 86_400, "7 days")];

    /// <summary><c>1 hour</c>.</summary>
    public static string Of(int seconds) => All.FirstOrDefault(time => time.Seconds == seconds).Words ?? string.Create(CultureInfo.InvariantCulture, $"{seconds} s");

    /// <summary>When a rule that stands is closed: with all of its sources at one time, or in part.</summary>
    public static (bool IsWhole, DateTimeOffset First)? OfStanding(PortRule rule, IEnumerable<ExpiringPort> expiring)
    {
        var mine = expiring.Where(one => PortRule.Of(one.PortState).Key == rule.Key).ToList();
        if (mine.Count == 0)
        {
            return null;
        }

        var timed = mine.SelectMany(one => PortRule.Of(one.PortState).Sources).ToHashSet(StringComparer.Ordinal);
        return (mine.Select(one => one.ExpiresAt).Distinct().Count() == 1 && timed.SetEquals(rule.Sources), mine.Min(one => one.ExpiresAt));
    }
}
