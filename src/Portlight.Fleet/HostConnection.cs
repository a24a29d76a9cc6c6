using Portlight.AgentProtocol;

namespace Portlight.Fleet;

/// <summary>
/// An agent that is connected under the name of a host. Disposed of by the code that connected it, when the agent is gone; it ends by itself when the host may no
/// longer be here or another agent has come under its name.
/// </summary>
internal sealed class HostConnection : IDisposable
{
    private readonly Action<HostConnection> _gone;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal HostConnection(IAgent agent, long generation, Action<HostConnection> gone)
    {
        (Agent, Generation) = (agent, generation);
        _gone = gone;
    }

    public IAgent Agent { get; }

    /// <summary>Of the host's link, as it was stored for this connection; 0 where no other server may have the host.</summary>
    internal long Generation { get; }

    /// <summary>Completes when the server is done with the agent, with the reason in words that the agent's operator may read. The agent is to be disconnected then.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Cancelled when the connection ends: calls of the agent are to return then.</summary>
    internal CancellationToken Stopping => _stopping.Token;

    /// <summary>The agent is gone.</summary>
    public void Dispose() => End("the agent has gone away");

    internal void End(string reason)
    {
        if (_ended.TrySetResult(reason))
        {
            _gone(this);
            _stopping.Cancel();
        }
    }
}
