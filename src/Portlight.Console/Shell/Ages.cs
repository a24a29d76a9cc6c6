using System.Globalization;

namespace Portlight.Console.Shell;

/// <summary>How long ago something was, in few words.</summary>
internal static class Ages
{
    public static string Of(DateTimeOffset? at, DateTimeOffset now) => at is not { } then ? "" : (now - then) switch
    {
        { TotalSeconds: < 5 } => "just now",
        { TotalSeconds: < 60 } span => $"{(int)span.TotalSeconds} s ago",
        { TotalMinutes: < 60 } span => $"{(int)span.TotalMinutes} min ago",
        { TotalHours: < 24 } span => $"{(int)span.TotalHours} h ago",
        { TotalDays: < 2 } => "yesterday",
        { TotalDays: < 14 } span => $"{(int)span.TotalDays} d ago",
        _ => then.UtcDateTime.ToString(then.Year == now.Year ? "d MMM" : "d MMM yyyy", CultureInfo.InvariantCulture),
    };

    /// <summary>How long something lasts still: <c>52 min</c>.</summary>
    public static string Left(DateTimeOffset until, DateTimeOffset now) => (until - now) switch
    {
        { TotalMinutes: < 1 } => "less than a minute",
        { TotalHours: < 2 } span => $"{(int)span.TotalMinutes} min",
        var span => $"{(int)span.TotalHours} h",
    };

    /// <summary>How long something has lasted: <c>6 d 4 h</c>, <c>2 h 14 min</c>, <c>9 min</c>.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { TotalMinutes: < 1 } => $"{Math.Max(0, (int)span.TotalSeconds)} s",
        { TotalHours: < 1 } => $"{(int)span.TotalMinutes} min",
        { TotalDays: < 1 } => $"{(int)span.TotalHours} h {span.Minutes} min",
        _ => $"{(int)span.TotalDays} d {span.Hours} h",
    };

    /// <summary>A count with the thousands apart: <c>10,214</c>.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
