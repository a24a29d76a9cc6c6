using Portlight.AgentProtocol;

namespace Portlight.Agent.Repairs;

/// <summary>What an agent says of itself, changed by the threads that repair as well as by its caller's.</summary>
internal sealed class StatusRecord(AgentStatus first, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private volatile AgentStatus _current = first;

    internal AgentStatus Current => _current;

    /// <summary>A foreign change was found and repaired.</summary>
    internal void CountRepair() => Change(now => now with { DriftRepairs = now.DriftRepairs + 1, LastDrift = clock.GetUtcNow() });

    internal void Change(Func<AgentStatus, AgentStatus> change)
    {
        lock (_lock)
        {
            _current = change(_current);
        }
    }
}
