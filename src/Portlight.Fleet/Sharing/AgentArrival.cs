using System.Collections.Immutable;
using Portlight.AgentProtocol;

namespace Portlight.Fleet;

/// <summary>An agent that has come under the name of a host.</summary>
/// <param name="Run">Which start of its program it is; empty where it does not say.</param>
/// <param name="Address">Where it came from.</param>
/// <param name="At">When.</param>
internal sealed record AgentArrival(string Run, string? Address, DateTimeOffset At)
{
    /// <summary>More are not needed to see that agents come in turns, however many these are.</summary>
    private const int MostKept = 8;

    /// <summary>Two that take a host from each other come again within half a minute each.</summary>
    private static readonly TimeSpan Counts = TimeSpan.FromMinutes(10);

    public static AgentArrival Of(AgentStatus agent, TimeProvider clock) => new(agent.Run ?? "", agent.Address, clock.GetUtcNow());

    public static ImmutableArray<AgentArrival> Add(IReadOnlyList<AgentArrival> before, AgentArrival arrival) => [.. before.TakeLast(MostKept - 1), arrival];

    /// <summary>
    /// Agents that run at the same time, each as it came last; none where there is one. One that comes again after another has come was running all the while. One that is started anew, or whose connection was
    /// lost, does not look like that.
    /// </summary>
    public static IReadOnlyList<AgentArrival> FindRivals(IEnumerable<AgentArrival> arrivals, DateTimeOffset now)
    {
        List<AgentArrival> recent = [.. arrivals.Where(arrival => arrival.Run.Length > 0 && arrival.At > now - Counts)];
        var runs = recent.Select(arrival => arrival.Run).Distinct()
            .Select(run => (First: recent.FindIndex(one => one.Run == run), Last: recent.FindLastIndex(one => one.Run == run))).ToList();
        return [.. runs.Where(run => runs.Exists(other => other != run && other.First < run.Last && run.First < other.Last)).Select(run => recent[run.Last])];
    }
}
