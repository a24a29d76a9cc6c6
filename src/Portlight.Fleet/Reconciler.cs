using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>
/// The one path that carries desired state to the kernel, whatever woke it: a commit, the start, drift, the slow timer. Level-triggered: what it applies is
/// the stored state, whole; a change that came twice or was overtaken does no harm. A change that the kernel refuses is reverted in the store, so that
/// what is answered is what stands.
/// </summary>
internal sealed partial class Reconciler : IAsyncDisposable
{
    private static readonly TimeSpan FullComparison = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly IStore _store;
    private readonly IAgent _agent;
    private readonly Projection _projection;
    private readonly Rejections _rejections;
    private readonly Confirmations _confirmations;
    private readonly PendingChanges _pending = new();
    private readonly ConcurrentDictionary<long, Instance> _standing = [];
    private readonly ConcurrentDictionary<long, Refusal> _refusals = [];
    private readonly ConcurrentDictionary<long, string> _unfiltered = [];
    private readonly ConcurrentDictionary<long, string> _notes = [];
    private readonly ConcurrentDictionary<long, Refusal?> _problems = [];
    private readonly TimeProvider _clock;
    private readonly ILogger<Reconciler> _log;
    private readonly CancellationTokenSource _stopping = new();
    private volatile AgentContact _contact = new(null, null);
    private Task _running = Task.CompletedTask;

    public Reconciler(IStore store, IAgent agent, Projection projection, TimeProvider clock, ILogger<Reconciler> log)
    {
        _store = store;
        _agent = agent;
        _projection = projection;
        _clock = clock;
        _log = log;
        _rejections = new Rejections(store, clock);
        _confirmations = new Confirmations(clock);
        store.Observe(_pending.Add);
    }

    /// <summary>Makes the kernel hold what is stored, then follows the store until it is disposed.</summary>
    /// <exception cref="AgentException">The first synchronisation failed: the kernel is as it was.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await SynchroniseAsync(cancellationToken);
        _running = Task.Run(() => FollowAsync(_stopping.Token), CancellationToken.None);
    }

    /// <summary>Waits for what became of a revision: null when it is in force; else why not (<see cref="AgentReport.Rejected"/>, <see cref="AgentReport.Unfiltered"/>).</summary>
    /// <exception cref="TimeoutException">No word came in time; the change goes on.</exception>
    public Task<AgentReport?> ConfirmAsync(long revision, TimeSpan timeout) => _confirmations.WaitAsync(revision, timeout);

    /// <summary>The revision up to which the kernel has confirmed since this server was started; 0 before the first synchronisation.</summary>
    public long InForce => _confirmations.Confirmed;

    /// <summary>Whether the kernel has refused a revision, or packets are not filtered by it.</summary>
    public bool IsRefused(long revision) => _confirmations.IsRefused(revision);

    /// <summary>
    /// Whether the last round went through and the kernel has refused nothing that is stored still. A single change that it refused is reverted, and what stood
    /// before stands.
    /// </summary>
    public bool IsEnforcing => _contact.FailingSince is null && _refusals.All(refused => Standing(refused.Key)?.Revision >= refused.Value.Revision);

    /// <summary>The instance as the kernel holds it; null when it holds nothing of it.</summary>
    public Instance? Standing(long index) => _standing.GetValueOrDefault(index);

    /// <summary>What is wrong with an instance that stands, or else what the kernel last refused of it; null when nothing.</summary>
    public Refusal? LastRefusal(long index) => _problems.GetValueOrDefault(index) ?? _refusals.GetValueOrDefault(index);

    /// <summary>Why the packets of an instance are not all filtered by its ports; null when they are.</summary>
    public string? Unfiltered(long index) => _unfiltered.GetValueOrDefault(index);

    /// <summary>How many instances have packets that are not filtered by their ports.</summary>
    public int UnfilteredCount => _unfiltered.Count;

    /// <summary>What the agent says of an instance whose ports are in force; null for nothing.</summary>
    public string? Note(long index) => _notes.GetValueOrDefault(index);

    /// <summary>How the agent gets on.</summary>
    public AgentContact Contact => _contact;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
        _confirmations.Dispose();
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var drift = _agent.DriftAsync(cancellationToken);
        var compared = _clock.GetTimestamp();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await _pending.WaitAsync(drift, FullComparison, _clock, cancellationToken);
                if (drift.IsCompleted || _clock.GetElapsedTime(compared) >= FullComparison)
                {
                    var seen = drift.IsCompleted ? drift : Task.CompletedTask;
                    drift = drift.IsCompleted ? _agent.DriftAsync(cancellationToken) : drift;
                    compared = _clock.GetTimestamp();
                    await seen; // a watcher that failed is a problem of this round
                    await SynchroniseAsync(cancellationToken);
                }
                else
                {
                    await ApplyPendingAsync(cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                // Whatever it was: a firewall that goes on answering and no longer enforces is the worst outcome. Nothing is lost, because what was pending
                // is in the store and the next round applies all of it.
                LogRoundFailed(_log, problem);
                _contact = _contact with { FailingSince = _contact.FailingSince ?? _clock.GetUtcNow() };
                _pending.AskForEverything();
                await Task.Delay(RetryAfter, _clock, cancellationToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    private async Task SynchroniseAsync(CancellationToken cancellationToken)
    {
        // Everything taken here is in the snapshot that is read after it.
        _pending.Take();
        var revision = _store.Revision;
        var all = _store.View.AllInstances();
        var reports = await _agent.SynchroniseAsync([.. all.Select(_projection.Of)], cancellationToken);
        var byIndex = all.ToDictionary(instance => instance.Index);
        var applied = new List<Instance>();
        foreach (var report in reports)
        {
            await SettleAsync(byIndex[report.Index], report, applied);
        }

        await Lifecycle.SettleAsync(_store, applied);

        foreach (var gone in _standing.Keys.Except(byIndex.Keys).ToList())
        {
            Forget(gone);
        }

        Confirm(revision);
    }

    private async Task ApplyPendingAsync(CancellationToken cancellationToken)
    {
        var changes = _pending.Take();
        if (changes is null)
        {
            await SynchroniseAsync(cancellationToken);
            return;
        }

        if (changes.Count == 0)
        {
            return;
        }

        var newest = new Dictionary<long, InstanceChange>(changes.Count);
        foreach (var change in changes)
        {
            newest[change.Instance.Index] = change;
        }

        var changed = newest.Values.Where(change => !change.IsRemoval).Select(change => _projection.Of(change.Instance)).ToList();
        var removed = newest.Values.Where(change => change.IsRemoval).Select(change => change.Instance.Index).ToList();
        var reports = await _agent.ApplyAsync(changed, removed, cancellationToken);
        var applied = new List<Instance>();
        foreach (var report in reports)
        {
            if (report is not AgentReport.Applied && changes.Any(change => change.Instance.Index == report.Index && change.Revision < report.Revision))
            {
                await ApplyOneByOneAsync([.. changes.Where(change => change.Instance.Index == report.Index && !change.IsRemoval)], cancellationToken);
            }
            else
            {
                await SettleAsync(newest[report.Index].Instance, report, applied);
            }
        }

        await Lifecycle.SettleAsync(_store, applied);

        foreach (var index in removed)
        {
            Forget(index);
        }

        Confirm(changes[^1].Revision);
    }

    /// <summary>Changes of one instance that were joined into one, of which the last did not come into force: each is tried by itself, as if they had not met.</summary>
    private async Task ApplyOneByOneAsync(IReadOnlyList<InstanceChange> changes, CancellationToken cancellationToken)
    {
        foreach (var change in changes)
        {
            var applied = new List<Instance>();
            foreach (var report in await _agent.ApplyAsync([_projection.Of(change.Instance)], [], cancellationToken))
            {
                await SettleAsync(change.Instance, report, applied);
            }

            await Lifecycle.SettleAsync(_store, applied);
        }
    }

    /// <summary>A refusal is reverted in the store; what is applied is added to <paramref name="applied"/>.</summary>
    private async Task SettleAsync(Instance instance, AgentReport report, List<Instance> applied)
    {
        if (report is AgentReport.Rejected rejected)
        {
            LogRejected(_log, instance.Name, rejected.Revision, rejected.Reason);
            _refusals[instance.Index] = new Refusal(rejected.Revision, rejected.Reason, _clock.GetUtcNow());
            await _rejections.TakeBackAsync(instance, rejected, _standing.GetValueOrDefault(instance.Index));
            _confirmations.Reject(rejected);
            return;
        }

        _standing[instance.Index] = instance;
        await NoteAsync(instance, report);
        _problems[instance.Index] = (report as AgentReport.Applied)?.Problem is { } problem ? new Refusal(report.Revision, problem, _clock.GetUtcNow()) : null;
        applied.Add(instance);
    }

    /// <summary>What is in the ruleset and filters nothing, or not everything, is no success for the call that waits for it, and is told until it is repaired.</summary>
    private async Task NoteAsync(Instance instance, AgentReport report)
    {
        Keep(_notes, instance.Index, (report as AgentReport.Applied)?.Note);
        var reason = (report as AgentReport.Unfiltered)?.Reason;
        if (Keep(_unfiltered, instance.Index, reason) && reason is not null)
        {
            LogUnfiltered(_log, instance.Name, reason);
        }

        if (report is AgentReport.Unfiltered problem)
        {
            await _rejections.FailAsync(instance, problem);
            _confirmations.Reject(problem);
        }
    }

    /// <summary>True when it is another text than before.</summary>
    private static bool Keep(ConcurrentDictionary<long, string> texts, long index, string? text)
    {
        var before = texts.GetValueOrDefault(index);
        if (text is null)
        {
            texts.TryRemove(index, out _);
        }
        else
        {
            texts[index] = text;
        }

        return before != text;
    }

    private void Forget(long index)
    {
        _unfiltered.TryRemove(index, out _);
        _notes.TryRemove(index, out _);
        _standing.TryRemove(index, out _);
        _refusals.TryRemove(index, out _);
        _problems.TryRemove(index, out _);
    }

    private void Confirm(long revision)
    {
        _contact = new AgentContact(_clock.GetUtcNow(), null);
        _store.NoteApplied(revision);
        _confirmations.Confirm(revision);
    }

    /// <summary>A change that the kernel refused.</summary>
    internal sealed record Refusal(long Revision, string Reason, DateTimeOffset At);

    [LoggerMessage(2003, LogLevel.Warning, "{Instance} is not filtered as its ports say: {Reason}")]
    private static partial void LogUnfiltered(ILogger logger, string instance, string reason);

    [LoggerMessage(2001, LogLevel.Error, "what is stored could not be made true in the kernel; trying again")]
    private static partial void LogRoundFailed(ILogger logger, Exception problem);

    [LoggerMessage(2002, LogLevel.Warning, "the kernel refused revision {Revision} of {Instance}: {Reason}")]
    private static partial void LogRejected(ILogger logger, string instance, long revision, string reason);
}
