using System.Security.Cryptography;

namespace Portlight.AgentHost;

/// <summary>
/// How long an agent waits before it looks for a server again. At random, so that the agents of a server that was restarted do not come all at once: up to a second, then twice as long each time
/// that all servers were tried. It begins anew after a server has welcomed the agent; but not where the server has taken that connection away before it had stood for the longest wait: two machines
/// with one key take the host from each other again and again, and the longer they do the less often.
/// </summary>
/// <param name="longest">The longest wait.</param>
/// <param name="clock">The time.</param>
internal sealed class ReconnectWait(TimeSpan longest, TimeProvider clock)
{
    private int _attempts;
    private long? _welcomed;

    /// <summary>A server has welcomed the agent.</summary>
    internal void Welcomed() => _welcomed = clock.GetTimestamp();

    /// <summary>A connection has ended, or was none.</summary>
    /// <param name="servers">How many servers are tried in turn.</param>
    /// <param name="wasTaken">The server has ended it because the host is not this connection's any more.</param>
    internal TimeSpan Next(int servers, bool wasTaken)
    {
        if (_welcomed is { } since && (!wasTaken || clock.GetElapsedTime(since) >= longest))
        {
            _attempts = 0;
        }

        _welcomed = null;
        var turns = Math.Min(_attempts++ / servers, 10);
        return TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(1, 1000)) * Math.Min(Math.Pow(2, turns), longest.TotalSeconds);
    }
}
