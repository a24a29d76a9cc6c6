using Microsoft.Extensions.Logging;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Wire;
using Portlight.Background;

namespace Portlight.AgentStream.Agent;

/// <summary>
/// The agent of this machine with its memory: what is in force, whether a server is there or not. Alone it compares everything when something has drifted and on a timer,
/// and reverts a change that has cut it off (<see cref="ReachGuard"/>). One change at a time.
/// </summary>
public sealed class KeptAgent : IDisposable
{
    /// <summary>How long a change of this machine's own ports waits until a server is reached with it.</summary>
    public static readonly TimeSpan ReachPatience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan FullComparison = TimeSpan.FromMinutes(5);
    internal static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly IAgent _agent;
    private readonly KeptSet _kept;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _one = new(1);
    private readonly RevertedChanges _reverted;
    private readonly ExpiryTimes _times;
    private readonly BackgroundLoop _following;
    private readonly SpareMemory _spareMemory;
    private ReachGuard? _guard;
    private volatile Func<Task>? _listener;

    /// <param name="agent">What filters.</param>
    /// <param name="kept">What is in force, or was when this machine was last up.</param>
    /// <param name="clock">The time.</param>
    /// <param name="log">The log.</param>
    public KeptAgent(IAgent agent, KeptSet kept, TimeProvider clock, ILogger log)
    {
        (_agent, _kept, _clock, _log, _reverted) = (agent, kept, clock, log, new RevertedChanges(kept));
        _spareMemory = new SpareMemory(clock);
        _times = new ExpiryTimes(clock, () => _ = CloseExpiredAsync());
        kept.Noted = _times.Note;
        foreach (var one in kept.All)
        {
            _times.Note(one.Index, one);
        }

        _following = new BackgroundLoop("comparison with the kernel", FollowAsync, clock, log) { PauseAfterFailure = RetryAfter };
    }

    /// <summary>What filters, to be asked.</summary>
    public IAgent Agent => _agent;

    public KeptSet Kept => _kept;

    /// <summary>What is to be said of it.</summary>
    internal AgentStatus Status => _kept.Problem is { } problem ? _agent.Status with { LastProblem = problem } : _agent.Status;

    /// <summary>Makes the kernel hold what is kept: at the start, before any server, and whenever none is there and something may be otherwise.</summary>
    /// <exception cref="AgentException">The kernel is as it was.</exception>
    public async Task CompareAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_kept.IsKnown)
            {
                return;
            }

            await SynchroniseAsync_NeedsTurn([.. _kept.All.Select(_times.Current)], cancellationToken).ConfigureAwait(false);
            if (_guard is null)
            {
                _kept.Keep();
            }
        }
        finally
        {
            _times.Arm();
            _one.Release();
        }
    }

    /// <summary>From now on until it is disposed of: tells the server of drift, or where none is connected repairs it; and compares on a timer while none does.</summary>
    public void Follow() => _following.Start();

    /// <summary>The comparison that is under way has ended when this returns.</summary>
    public void Dispose()
    {
        _following.Dispose();
        _spareMemory.Dispose();
        _times.Dispose();
        _guard?.Dispose();
    }

    /// <summary>A session that is to be told of drift from now on; null for none.</summary>
    internal void TellDrift(Func<Task>? listener) => _listener = listener;

    /// <summary>A server is there: what waited for one stays in force.</summary>
    internal async Task ReachedAsync()
    {
        await _one.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_guard is { } guard)
            {
                guard.Dispose();
                _guard = null;
                _kept.Keep();
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Applies a round.</summary>
    /// <param name="round">All of its parts as one.</param>
    /// <param name="mayGuard">The server knows what it means that a round is guarded.</param>
    /// <param name="cancellationToken">Gives up the wait for what is under way.</param>
    /// <returns>What became of each, and whether a server has yet to say that it is to be kept.</returns>
    /// <exception cref="AgentException">Nothing of it was applied.</exception>
    internal async Task<(IReadOnlyList<Report> Reports, bool IsGuarded)> ApplyAsync(Round round, bool mayGuard, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _times.Tell(round.Clock);
            var isWhole = round.Kind != Round.Types.Kind.Changes;
            var wanted = (round.Kind == Round.Types.Kind.Same ? _kept.All : round.Changed).Select(_times.Current).ToList();
            var gone = isWhole ? _kept.All.Select(one => one.Index).Except(wanted.Select(one => one.Index)) : round.Removed;
            var before = wanted.Select(one => one.Index).Concat(gone).Distinct().ToDictionary(index => index, _kept.Find);
            var reports = new List<Report>();
            var tried = _reverted.Others(wanted, reports);
            if (isWhole)
            {
                // What was refused before it was tried does not take away what stands instead.
                var standing = reports.Select(report => report.Rejected.Standing).OfType<Desired>().ToList();
                var all = await SynchroniseAsync_NeedsTurn([.. tried, .. standing], cancellationToken).ConfigureAwait(false);
                reports.AddRange(all.Where(report => !standing.Any(one => one.Index == report.Index)));
                _kept.Know();
            }
            else
            {
                reports.AddRange(await ApplyAsync_NeedsTurn(tried, round.Removed, cancellationToken).ConfigureAwait(false));
            }

            _kept.Move(round.Position);
            var changed = before.Where(one => !Equals(one.Value, _kept.Find(one.Key))).ToDictionary(one => one.Key, one => _kept.Find(one.Key));
            var isGuarded = mayGuard && _guard is null && changed.Any(one => IsThisMachine(one.Value) || IsThisMachine(before[one.Key]));
            if (isGuarded)
            {
                _guard = new ReachGuard(changed.ToDictionary(one => one.Key, one => before[one.Key]), changed, guard => _ = RevertAsync(guard), ReachPatience, _clock);
            }
            else if (_guard is null)
            {
                _kept.Keep();
            }

            return (reports, isGuarded);
        }
        finally
        {
            _times.Arm();
            _one.Release();
        }
    }

    private async Task FollowAsync(CancellationToken stopping)
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var drift = _agent.DriftAsync(given.Token);
        await Task.WhenAny(drift, Task.Delay(FullComparison, _clock, given.Token)).ConfigureAwait(false);
        var hasDrifted = drift.IsCompleted;
        await given.CancelAsync().ConfigureAwait(false);
        await (hasDrifted ? drift : Task.CompletedTask).ConfigureAwait(false);
        if (_listener is not { } listener)
        {
            await CompareAsync(stopping).ConfigureAwait(false);
        }
        else if (hasDrifted)
        {
            await listener().ConfigureAwait(false);
        }
    }

    /// <summary>Closes what has expired, whether a server is there or not: the one that is finds it closed, and everything else as it was.</summary>
    private async Task CloseExpiredAsync()
    {
        await _one.WaitAsync().ConfigureAwait(false);
        try
        {
            var due = _times.Due().Select(_kept.Find).OfType<Desired>().Select(_times.Current).ToList();
            if (due.Count > 0)
            {
                var reports = await ApplyAsync_NeedsTurn(due, [], CancellationToken.None).ConfigureAwait(false);
                if (_guard is null)
                {
                    _kept.Keep();
                }

                Reports.RequireAccepted(reports);
                Log.Expired(_log, string.Join(", ", due.Select(one => one.Index)));
            }
        }
        catch (Exception problem)
        {
            // Whatever it was: it is tried again in a while.
            Log.NotExpired(_log, problem.Message);
        }
        finally
        {
            _times.Arm();
            _one.Release();
        }
    }

    private async Task<List<Report>> SynchroniseAsync_NeedsTurn(IReadOnlyList<Desired> all, CancellationToken cancellationToken)
    {
        var reports = await _agent.SynchroniseAsync([.. all.Select(States.Read)], cancellationToken).ConfigureAwait(false);
        var wanted = all.ToDictionary(one => one.Index);
        foreach (var index in _kept.All.Select(one => one.Index).Where(index => !wanted.ContainsKey(index)).ToList())
        {
            _kept.Put(index, null);
        }

        _spareMemory.GiveBackSoon();
        return [.. reports.Select(report => Settle(report, wanted[report.Index]))];
    }

    private async Task<List<Report>> ApplyAsync_NeedsTurn(IReadOnlyList<Desired> changed, IReadOnlyList<long> removed, CancellationToken cancellationToken)
    {
        var reports = await _agent.ApplyAsync([.. changed.Select(States.Read)], removed, cancellationToken).ConfigureAwait(false);
        foreach (var index in removed)
        {
            _kept.Put(index, null);
        }

        var wanted = changed.ToDictionary(one => one.Index);
        return [.. reports.Select(report => Settle(report, wanted[report.Index]))];
    }

    /// <summary>What is in force after a report: what was wanted, as it came, or what the agent says stands instead.</summary>
    private Report Settle(AgentReport report, Desired wanted)
    {
        if (report is AgentReport.Rejected { Standing: var standing })
        {
            if (standing?.Revision != _kept.Find(report.Index)?.Revision)
            {
                _kept.Put(report.Index, standing is null ? null : States.Write(standing));
            }
        }
        else
        {
            _kept.Put(report.Index, wanted);
            _reverted.Forget(report.Index);
        }

        return Reports.Write(report);
    }

    private async Task RevertAsync(ReachGuard guard)
    {
        await _one.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_guard != guard)
            {
                return; // a server was reached in the last moment
            }

            guard.Dispose();
            _guard = null;
            Reports.RequireAccepted(await ApplyAsync_NeedsTurn(
                [.. guard.Before.Values.OfType<Desired>().Select(_times.Current)], [.. guard.Before.Where(one => one.Value is null).Select(one => one.Key)], CancellationToken.None).ConfigureAwait(false));
            foreach (var (index, tried) in guard.Changed)
            {
                _reverted.Add(index, tried, $"with it no server could be reached from this machine for {ReachPatience.TotalSeconds:0} s, so the agent has reverted it");
            }

            _kept.Keep();
            Log.Reverted(_log, string.Join(", ", guard.Changed.Keys), ReachPatience.TotalSeconds);
        }
        catch (Exception problem)
        {
            // Whatever it was: nobody can reach this machine to do it, so it is tried again until it is done or a server is reached.
            Log.NotReverted(_log, problem.Message);
            _guard = new ReachGuard(guard.Before, guard.Changed, again => _ = RevertAsync(again), RetryAfter, _clock);
        }
        finally
        {
            _times.Arm();
            _one.Release();
        }
    }

    private static bool IsThisMachine(Desired? desired) => desired is not null && States.IsThisHost(desired);
}
