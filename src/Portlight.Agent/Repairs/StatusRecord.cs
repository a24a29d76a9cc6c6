using Portlight.AgentProtocol;

namespace Portlight.Agent.Repairs;

/// <summary>What an agent says of itself, changed by the threads that repair as well as by its caller's.</summary>
internal sealed class StatusRecord(AgentStatus first)
{
    private readonly Lock _lock = new();
    private volatile AgentStatus _current = first;

    internal AgentStatus Current => _current;

    internal void Change(Func<AgentStatus, AgentStatus> change)
    {
        lock (_lock)
        {
            _current = change(_current);
        }
    }
}
