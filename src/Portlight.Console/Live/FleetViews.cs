namespace Portlight.Console.Live;

/// <summary>The views of the list of instances, and the facts above it, each of which is one, too.</summary>
internal static class FleetViews
{
    /// <summary>Every instance.</summary>
    public const string Whole = "";

    public static IReadOnlyList<string> All { get; } = [Whole, "everyone", "management", "differs", "asked", "expiring", "hour", "confirm", "away"];

    /// <summary>Whether a view holds an instance; one that is not known holds all.</summary>
    public static bool Holds(string? view, InstanceView instance, DateTimeOffset now) => view switch
    {
        "everyone" => instance.IsOpenToEveryone,
        "management" => instance.HasOpenManagement,
        "differs" => !instance.IsAsAsked,
        "asked" => instance.IsAsAsked,
        "expiring" => instance.Status.Expiring is { Count: > 0 },
        "hour" => instance.Status.Expiring?.Any(one => one.ExpiresAt - now < TimeSpan.FromHours(1)) ?? false,
        "confirm" => instance.Status.ConfirmBy is not null,
        "away" => instance.Status.StaleSince is not null,
        _ => true,
    };
}
