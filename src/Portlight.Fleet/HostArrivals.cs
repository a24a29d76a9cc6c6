using System.Collections.Immutable;
using Portlight.AgentProtocol;

namespace Portlight.Fleet;

/// <summary>The agents that have come last under the name of a host, to whichever server; by them it is seen when two machines have one key.</summary>
internal sealed class HostArrivals(string host, HostPresence presence, TimeProvider clock)
{
    private ImmutableArray<AgentArrival> _here = [];

    /// <summary>Why the host is not one machine's, and what to do; null as far as it is.</summary>
    public string? Problem => Rivals(All) is { Count: > 0 } rivals
        ? $"{rivals.Count} agents run with the key of {host} and take the host from each other ({Places(rivals)}, the last one at {rivals.Max(one => one.At):yyyy-MM-ddTHH:mm:ssZ}), as after a disk was copied: "
            + $"let the machine that is to be {host} join again (`portlight host token {host}`), and the other one under another name"
        : null;

    /// <summary>Those that run at the same time, where the last that came has shown that; none where it was known before.</summary>
    public IReadOnlyList<AgentArrival> NewRivals => All is { Length: > 0 } all && Rivals(all[..^1]).Count == 0 ? Rivals(all) : [];

    /// <summary>Before the host has joined anew it was another machine's, and its key is of no use.</summary>
    private ImmutableArray<AgentArrival> All => [.. presence.StoredArrivals.Concat(_here).Where(arrival => !(arrival.At < presence.Stored?.JoinedAt))];

    /// <summary>One has come, to the only server.</summary>
    public void Note(AgentStatus agent) => ImmutableInterlocked.Update(ref _here, before => AgentArrival.Add(before, AgentArrival.Of(agent, clock)));

    private IReadOnlyList<AgentArrival> Rivals(ImmutableArray<AgentArrival> arrivals) => AgentArrival.FindRivals(arrivals, clock.GetUtcNow());

    private static string Places(IReadOnlyList<AgentArrival> rivals)
    {
        List<string> places = [.. rivals.Select(one => one.Address ?? "an unknown address").Distinct()];
        return places.Count == 1 ? $"all at {places[0]}" : string.Join(" and ", places);
    }
}
