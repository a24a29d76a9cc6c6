using Portlight.AgentStream.Wire;

namespace Portlight.AgentStream.Agent;

/// <summary>
/// A change of this machine's own ports that no server has said to keep yet. When none is reached in time it is reverted: the change may be what keeps the servers away.
/// What was not kept was not confirmed to anybody.
/// </summary>
internal sealed class ReachGuard : IDisposable
{
    private readonly ITimer _timer;

    /// <param name="before">What stood before, by index; null for nothing.</param>
    /// <param name="changed">What is tried, by index; null for a removal.</param>
    /// <param name="revert">Called when nobody was reached in time.</param>
    /// <param name="patience">How long.</param>
    /// <param name="clock">The time.</param>
    internal ReachGuard(IReadOnlyDictionary<long, Desired?> before, IReadOnlyDictionary<long, Desired?> changed, Action<ReachGuard> revert, TimeSpan patience, TimeProvider clock)
    {
        (Before, Changed) = (before, changed);
        _timer = clock.CreateTimer(_ => revert(this), null, patience, Timeout.InfiniteTimeSpan);
    }

    internal IReadOnlyDictionary<long, Desired?> Before { get; }

    internal IReadOnlyDictionary<long, Desired?> Changed { get; }

    public void Dispose() => _timer.Dispose();
}
