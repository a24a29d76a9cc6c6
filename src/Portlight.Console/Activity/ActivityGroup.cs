using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Activity;

/// <summary>Events that a person reads as one: what the same caller was refused again and again, from the same address, with nothing in between.</summary>
/// <param name="Newest">The newest of them.</param>
/// <param name="Oldest">When the first of them was.</param>
/// <param name="Times">How many they are.</param>
/// <param name="Things">What they were about.</param>
internal sealed record ActivityGroup(Wire.PortlightApi.Activity Newest, DateTimeOffset Oldest, int Times, IReadOnlyList<ActivityResource> Things)
{
    /// <param name="newestFirst">A page of the log.</param>
    public static List<ActivityGroup> Of(IEnumerable<Wire.PortlightApi.Activity> newestFirst)
    {
        List<ActivityGroup> groups = [];
        foreach (var entry in newestFirst)
        {
            if (groups is [.., var last] && IsSame(last.Newest, entry))
            {
                groups[^1] = last with { Oldest = entry.At, Times = last.Times + 1, Things = [.. last.Things.Union(entry.Resources)] };
            }
            else
            {
                groups.Add(new ActivityGroup(entry, entry.At, 1, entry.Resources));
            }
        }

        return groups;
    }

    /// <summary>Of the same day, because each day has its own list.</summary>
    private static bool IsSame(Wire.PortlightApi.Activity one, Wire.PortlightApi.Activity other) =>
        one.ErrorCode is not null && one.Cause is null
        && (one.ErrorCode, one.EventName, one.By.Name, one.By.SourceIpAddress, one.Cause, one.At.UtcDateTime.Date)
        == (other.ErrorCode, other.EventName, other.By.Name, other.By.SourceIpAddress, other.Cause, other.At.UtcDateTime.Date);
}
