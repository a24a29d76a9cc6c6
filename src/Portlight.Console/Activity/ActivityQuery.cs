using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Activity;

/// <summary>What the page of activity and its file ask for, as their addresses have it.</summary>
internal static class ActivityQuery
{
    /// <summary>How far one may look back, as addresses have it and as the page says it; null for as far as the log goes.</summary>
    public static IReadOnlyList<(string Since, string Words, TimeSpan? Back)> Times { get; } =
    [
        ("", "At any time", null), ("1h", "In the last hour", TimeSpan.FromHours(1)), ("24h", "In the last 24 hours", TimeSpan.FromHours(24)), ("7d", "In the last 7 days", TimeSpan.FromDays(7)), ("30d", "In the last 30 days", TimeSpan.FromDays(30)),
    ];

    /// <param name="who">The caller's name; null or empty for everybody.</param>
    /// <param name="instance">The instance; null or empty for all.</param>
    /// <param name="what"><c>ports</c>, <c>refused</c>, <c>all</c>; anything else for changes.</param>
    /// <param name="since">One of <see cref="Times"/>; anything else for any time.</param>
    /// <param name="after">Where an earlier page ended.</param>
    /// <param name="now">What is looked back from.</param>
    public static LookupActivityRequest Request(string? who, string? instance, string? what, string? since, string? after, DateTimeOffset now) => new()
    {
        InstanceName = Text(instance),
        UserName = Text(who),
        Kind = what switch { "ports" or "refused" => what, "all" => null, _ => "changes" },
        StartTime = now - Times.FirstOrDefault(time => time.Since == since).Back,
        PageToken = Text(after),
    };

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
