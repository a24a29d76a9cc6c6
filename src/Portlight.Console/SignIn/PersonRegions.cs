using System.Collections.Concurrent;

namespace Portlight.Console.SignIn;

/// <summary>A person in each region that is looked at. The credentials sign for every one; what differs is what they see there.</summary>
internal sealed class PersonRegions
{
    /// <summary>An address may name any region: what nobody has is not remembered without end.</summary>
    private const int Most = 64;

    private readonly ConcurrentDictionary<string, Person> _people = new(StringComparer.Ordinal);

    /// <summary>The region that the person has looked at last; null for the one that they signed in to.</summary>
    public string? Last { get; set; }

    /// <summary>The regions that the server serves, and when it said so; null before it was asked.</summary>
    public (IReadOnlyList<string> Names, DateTimeOffset At)? Served { get; set; }

    /// <summary>The same each time, because what is known of a region is kept by the person in it.</summary>
    public Person In(string region, Person home) =>
        region == home.Region ? home
        : _people.TryGetValue(region, out var person) ? person
        : _people.Count < Most ? _people.GetOrAdd(region, name => home with { Region = name })
        : home with { Region = region };
}
