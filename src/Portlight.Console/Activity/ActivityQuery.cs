using System.Globalization;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Activity;

/// <summary>What the page of activity and its file ask for, as their addresses have it.</summary>
/// <param name="Who">The caller's name; null for everybody.</param>
/// <param name="Instance">The instance; null for all.</param>
/// <param name="Kinds">Some of <see cref="ActivityKinds"/>.</param>
/// <param name="Since">One of <see cref="Times"/>; empty for any time.</param>
/// <param name="From">Nothing before it, whatever <paramref name="Since"/> says; null where that decides.</param>
/// <param name="To">Nothing at or after it.</param>
public sealed record ActivityQuery(string? Who, string? Instance, IReadOnlyList<string> Kinds, string Since, DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>How far one may look back, as addresses have it and as the page says it; null for as far as the log goes.</summary>
    public static IReadOnlyList<(string Since, string Words, TimeSpan? Back)> Times { get; } =
    [
        ("", "At any time", null), ("1h", "In the last hour", TimeSpan.FromHours(1)), ("24h", "In the last 24 hours", TimeSpan.FromHours(24)), ("7d", "In the last 7 days", TimeSpan.FromDays(7)), ("30d", "In the last 30 days", TimeSpan.FromDays(30)),
    ];

    /// <summary>What is asked for where an address names no kind: whatever was changed or refused.</summary>
    private static readonly IReadOnlyList<string> Usual = [.. ActivityKinds.All.Where(kind => kind != ActivityKinds.Reads)];

    /// <param name="who">The caller's name; null or empty for everybody.</param>
    /// <param name="instance">The instance; null or empty for all.</param>
    /// <param name="what">Kinds, or <c>all</c>; none for the usual ones.</param>
    /// <param name="since">One of <see cref="Times"/>; anything else for any time.</param>
    /// <param name="from">A time, as <see cref="Time"/> writes it; anything else for none.</param>
    /// <param name="to">The same.</param>
    public static ActivityQuery Of(string? who, string? instance, IReadOnlyCollection<string>? what, string? since, string? from, string? to)
    {
        var kinds = what?.Contains("all") == true ? ActivityKinds.All : [.. ActivityKinds.All.Where(kind => what?.Contains(kind) == true)];
        return new ActivityQuery(Text(who), Text(instance), kinds.Count == 0 ? Usual : kinds, Times.FirstOrDefault(time => time.Since == since).Since ?? "", Read(from), Read(to));
    }

    public LookupActivityRequest Request(string? after, DateTimeOffset now) => new()
    {
        InstanceName = Instance,
        UserName = Who,
        Kinds = Kinds.Count == ActivityKinds.All.Count ? null : Kinds,
        StartTime = From ?? now - Back,
        // The last moment of it, as that of an event is a second.
        EndTime = To?.AddMilliseconds(-1),
        PageToken = Text(after),
    };

    /// <summary>The same for what is counted: of every kind, so that a person sees what narrowing would show, and over the time of <see cref="Since"/>, in which <see cref="From"/> and <see cref="To"/> are a part.</summary>
    public CountActivityRequest ToCount(ActivitySpan span) => new() { InstanceName = Instance, UserName = Who, StartTime = span.Begin, EndTime = span.End, StepSeconds = span.StepSeconds };

    public ActivitySpan SpanAt(DateTimeOffset now) => ActivitySpan.Of(Back ?? TimeSpan.FromHours(24), now);

    /// <summary>The address that asks for it.</summary>
    public string Address(string path, string? after = null)
    {
        List<string> parts = [];
        Add("who", Who);
        Add("instance", Instance);
        foreach (var kind in Kinds.SequenceEqual(Usual) ? [] : Kinds)
        {
            Add("what", kind);
        }

        Add("since", Since);
        Add("from", From is { } begin ? Time(begin) : null);
        Add("to", To is { } end ? Time(end) : null);
        Add("after", after);
        return parts.Count == 0 ? path : $"{path}?{string.Join('&', parts)}";

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                parts.Add($"{name}={Uri.EscapeDataString(value)}");
            }
        }
    }

    /// <summary>A time as addresses have it, to the second.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private TimeSpan? Back => Times.FirstOrDefault(time => time.Since == Since).Back;

    private static DateTimeOffset? Read(string? time) =>
        DateTimeOffset.TryParseExact(time, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read) ? read : null;

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
