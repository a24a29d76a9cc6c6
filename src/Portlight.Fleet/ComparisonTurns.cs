using Portlight.AgentProtocol;

namespace Portlight.Fleet;

/// <summary>
/// When everything of a host is to be compared: its agent has seen drift, or the last time is long ago. It rings for both, and when the connection ends, so that the loop waits for one thing
/// alone: with ten thousand hosts a timer and a token for each wait are most of what waiting costs.
/// </summary>
internal sealed class ComparisonTurns : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    private readonly IAgent _agent;
    private readonly PendingChanges _bell;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenRegistration _end;
    private readonly ITimer _timer;
    private volatile bool _isLongAgo;
    private Task _drift;

    /// <param name="agent">What sees drift.</param>
    /// <param name="bell">What is rung.</param>
    /// <param name="clock">The time.</param>
    /// <param name="stopping">The connection ends.</param>
    internal ComparisonTurns(IAgent agent, PendingChanges bell, TimeProvider clock, CancellationToken stopping)
    {
        (_agent, _bell, _stopping) = (agent, bell, stopping);
        _timer = clock.CreateTimer(
            static turns =>
            {
                ((ComparisonTurns)turns!)._isLongAgo = true;
                ((ComparisonTurns)turns)._bell.Ring();
            },
            this,
            Every,
            Timeout.InfiniteTimeSpan);
        _end = stopping.UnsafeRegister(static bell => ((PendingChanges)bell!).Ring(), bell);
        _drift = Watch();
    }

    /// <summary>Null when nothing is to be compared; else what the watcher has to say first, which fails where it has failed.</summary>
    internal Task? Take()
    {
        if (!_drift.IsCompleted && !_isLongAgo)
        {
            return null;
        }

        var seen = _drift.IsCompleted ? _drift : Task.CompletedTask;
        _isLongAgo = false;
        _timer.Change(Every, Timeout.InfiniteTimeSpan);
        _drift = _drift.IsCompleted ? Watch() : _drift;
        return seen;
    }

    public void Dispose()
    {
        _end.Dispose();
        _timer.Dispose();
    }

    private Task Watch()
    {
        var drift = _agent.DriftAsync(_stopping);
        _ = drift.ContinueWith(static (_, bell) => ((PendingChanges)bell!).Ring(), _bell, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return drift;
    }
}
