using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>
/// Under which generation the outcomes of a host are stored by this server. An agent that has connected to another server has another generation, and what it says here, too late, is not stored
/// any more. Written by the host's loop.
/// </summary>
internal sealed class HostTurn(string host)
{
    private long _generation;

    /// <summary>0: no other server may have the host.</summary>
    public long Generation
    {
        get => Interlocked.Read(ref _generation);
        set => Interlocked.Exchange(ref _generation, value);
    }

    /// <exception cref="NotOursException">The agent has gone to another server.</exception>
    public void Require(IStoreView view)
    {
        if (Generation is > 0 and var ours && view.FindHost(host)?.Link?.Generation != ours)
        {
            throw new NotOursException(host);
        }
    }
}

/// <summary>The agent of a host is another server's.</summary>
internal sealed class NotOursException(string host) : Exception($"the agent of {host} has connected to another server");
