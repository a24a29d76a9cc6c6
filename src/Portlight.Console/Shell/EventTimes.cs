using System.Globalization;

namespace Portlight.Console.Shell;

/// <summary>Days and times of events, in UTC as the audit log has them.</summary>
internal static class EventTimes
{
    public static string Day(DateTime day, DateTimeOffset now) =>
        $"{((now.UtcDateTime.Date - day).Days switch { 0 => "Today, ", 1 => "Yesterday, ", _ => "" })}{day.ToString(day.Year == now.Year ? "d MMMM" : "d MMMM yyyy", CultureInfo.InvariantCulture)}";

    /// <summary>A day and its minute: <c>26 Nov 18:04 UTC</c>.</summary>
    public static string Minute(DateTimeOffset at) => at.UtcDateTime.ToString("d MMM HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
