using System.Collections.Immutable;

namespace Portlight.Console.Live;

/// <summary>What a fleet can be narrowed by, as words that the search field takes, each with how many instances it leaves.</summary>
internal static class FleetWords
{
    /// <summary>More would be no menu; the search field takes them all.</summary>
    private const int Most = 12;

    private static readonly (string Word, SyncState State)[] Known =
        [("is:waiting", SyncState.Waiting), ("is:refused", SyncState.Refused), ("is:unfiltered", SyncState.NotFiltered), ("is:away", SyncState.HostAway)];

    /// <summary>The tags that most instances have; those with blanks cannot be typed there.</summary>
    public static List<(string Word, int Instances)> Tags(ImmutableArray<InstanceView> instances) =>
    [
        .. instances
            .SelectMany(instance => (instance.Status.Tags ?? []).Select(tag => string.IsNullOrEmpty(tag.Value) ? $"tag:{tag.Key}" : $"tag:{tag.Key}={tag.Value}"))
            .Where(word => !word.Contains(' ', StringComparison.Ordinal))
            .CountBy(word => word)
            .OrderByDescending(word => word.Value).ThenBy(word => word.Key, StringComparer.Ordinal)
            .Take(Most)
            .Select(word => (word.Key, word.Value)),
    ];

    /// <summary>The states that some instance is in.</summary>
    public static List<(string Word, int Instances)> States(ImmutableArray<InstanceView> instances)
    {
        var counted = instances.CountBy(instance => instance.Status.State).OrderBy(state => state.Key, StringComparer.Ordinal).Select(state => ($"is:{state.Key}", state.Value));
        var wrong = Known.Select(known => (known.Word, instances.Count(instance => instance.Sync == known.State))).Where(known => known.Item2 > 0);
        return [.. counted, .. wrong];
    }
}
