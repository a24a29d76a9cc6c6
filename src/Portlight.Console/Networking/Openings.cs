using System.Runtime.CompilerServices;
using Portlight.Console.SignIn;

namespace Portlight.Console.Networking;

/// <summary>
/// What is asked for a page of an instance while it is on its way to the browser and its connection begins: the page that comes to life takes it, instead of asking then. One for each person and region,
/// the newest.
/// </summary>
internal sealed class Openings(TimeProvider clock)
{
    /// <summary>A page that takes longer to come to life asks itself.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(5);

    private readonly ConditionalWeakTable<Person, Opening> _begun = [];

    /// <param name="person">Whose page it is.</param>
    /// <param name="address">Where the person comes from: policies may speak of it.</param>
    /// <param name="reads">What was asked.</param>
    public void Begin(Person person, string? address, OpeningReads reads)
    {
        // What nobody takes may fail unseen.
        _ = Task.WhenAll(reads.Ports, reads.Access, reads.Book).ContinueWith(static all => _ = all.Exception, TaskScheduler.Default);
        _begun.AddOrUpdate(person, new Opening(reads, address, clock.GetUtcNow()));
    }

    /// <summary>What was asked for this page a moment ago, from the same address and about the ports that the live list has still; null for nothing. It is given once.</summary>
    public OpeningReads? Take(Person person, string? address, string instance, long? listed)
    {
        if (!_begun.TryGetValue(person, out var begun) || begun.Reads.Instance != instance)
        {
            return null;
        }

        _begun.Remove(person);
        return begun.Address == address && begun.Reads.Listed == listed && clock.GetUtcNow() - begun.At < Kept ? begun.Reads : null;
    }

    private sealed record Opening(OpeningReads Reads, string? Address, DateTimeOffset At);
}
