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

    private readonly IStore store;
    private readonly IAgent agent;
    private readonly Projection projection;
    private readonly Rejections rejections;
    private readonly Confirmations confirmations;
    private readonly PendingChanges pending = new();
    private readonly ConcurrentDictionary<long, Instance> standing = [];
    private readonly ConcurrentDictionary<long, Refusal> refusals = [];
    private readonly ConcurrentDictionary<long, string> unfiltered = [];
    private readonly ConcurrentDictionary<long, string> notes = [];
    private readonly ConcurrentDictionary<long, Refusal?> problems = [];
    private readonly TimeProvider clock;
    private readonly ILogger<Reconciler> log;
    private readonly CancellationTokenSource stopping = new();
    private volatile AgentContact contact = new(null, null);
    private Task running = Task.CompletedTask;

    public Reconciler(IStore store, IAgent agent, Projection projection, TimeProvider clock, ILogger<Reconciler> log)
    {
        this.store = store;
        this.agent = agent;
        this.projection = projection;
        this.clock = clock;
        this.log = log;
        rejections = new Rejections(store, clock);
        confirmations = new Confirmations(clock);
        store.Observe(pending.Add);
    }

    /// <summary>Makes the kernel hold what is stored, then follows the store until it is disposed.</summary>
    /// <exception cref="AgentException">The first synchronisation failed: the kernel is as it was.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await SynchroniseAsync(cancellationToken);
        running = Task.Run(() => FollowAsync(stopping.Token), CancellationToken.None);
    }

    /// <summary>Waits for what became of a revision: null when it is in force; else why not (<see cref="AgentReport.Rejected"/>, <see cref="AgentReport.Unfiltered"/>).</summary>
    /// <exception cref="TimeoutException">No word came in time; the change goes on.</exception>
    public Task<AgentReport?> ConfirmAsync(long revision, TimeSpan timeout) => confirmations.WaitAsync(revision, timeout);

    /// <summary>The revision up to which the kernel has confirmed since this server was started; 0 before the first synchronisation.</summary>
    public long InForce => confirmations.Confirmed;

    /// <summary>Whether the kernel has refused a revision, or packets are not filtered by it.</summary>
    public bool IsRefused(long revision) => confirmations.IsRefused(revision);

    /// <summary>
    /// Whether the last round went through and the kernel has refused nothing that is stored still. A single change that it refused is reverted, and what stood
    /// before stands.
    /// </summary>
    public bool IsEnforcing => contact.FailingSince is null && refusals.All(refused => Standing(refused.Key)?.Revision >= refused.Value.Revision);

    /// <summary>The instance as the kernel holds it; null when it holds nothing of it.</summary>
    public Instance? Standing(long index) => standing.GetValueOrDefault(index);

    /// <summary>What is wrong with an instance that stands, or else what the kernel last refused of it; null when nothing.</summary>
    public Refusal? LastRefusal(long index) => problems.GetValueOrDefault(index) ?? refusals.GetValueOrDefault(index);

    /// <summary>Why the packets of an instance are not all filtered by its ports; null when they are.</summary>
    public string? Unfiltered(long index) => unfiltered.GetValueOrDefault(index);

    /// <summary>How many instances have packets that are not filtered by their ports.</summary>
    public int UnfilteredCount => unfiltered.Count;

    /// <summary>What the agent says of an instance whose ports are in force; null for nothing.</summary>
    public string? Note(long index) => notes.GetValueOrDefault(index);

    /// <summary>How the agent gets on.</summary>
    public AgentContact Contact => contact;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        stopping.Dispose();
        confirmations.Dispose();
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var drift = agent.DriftAsync(cancellationToken);
        var compared = clock.GetTimestamp();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await pending.WaitAsync(drift, FullComparison, clock, cancellationToken);
                if (drift.IsCompleted || clock.GetElapsedTime(compared) >= FullComparison)
                {
                    var seen = drift.IsCompleted ? drift : Task.CompletedTask;
                    drift = drift.IsCompleted ? agent.DriftAsync(cancellationToken) : drift;
                    compared = clock.GetTimestamp();
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
                LogRoundFailed(log, problem);
                contact = contact with { FailingSince = contact.FailingSince ?? clock.GetUtcNow() };
                pending.AskForEverything();
                await Task.Delay(RetryAfter, clock, cancellationToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    private async Task SynchroniseAsync(CancellationToken cancellationToken)
    {
        // Everything taken here is in the snapshot that is read after it.
        pending.Take();
        var revision = store.Revision;
        var all = store.View.AllInstances();
        var reports = await agent.SynchroniseAsync([.. all.Select(projection.Of)], cancellationToken);
        var byIndex = all.ToDictionary(instance => instance.Index);
        var applied = new List<Instance>();
        foreach (var report in reports)
        {
            await SettleAsync(byIndex[report.Index], report, applied);
        }

        await Lifecycle.SettleAsync(store, applied);

        foreach (var gone in standing.Keys.Except(byIndex.Keys).ToList())
        {
            Forget(gone);
        }

        Confirm(revision);
    }

    private async Task ApplyPendingAsync(CancellationToken cancellationToken)
    {
        var changes = pending.Take();
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

        var changed = newest.Values.Where(change => !change.IsRemoval).Select(change => projection.Of(change.Instance)).ToList();
        var removed = newest.Values.Where(change => change.IsRemoval).Select(change => change.Instance.Index).ToList();
        var reports = await agent.ApplyAsync(changed, removed, cancellationToken);
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

        await Lifecycle.SettleAsync(store, applied);

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
            foreach (var report in await agent.ApplyAsync([projection.Of(change.Instance)], [], cancellationToken))
            {
                await SettleAsync(change.Instance, report, applied);
            }

            await Lifecycle.SettleAsync(store, applied);
        }
    }

    /// <summary>A refusal is reverted in the store; what is applied is added to <paramref name="applied"/>.</summary>
    private async Task SettleAsync(Instance instance, AgentReport report, List<Instance> applied)
    {
        if (report is AgentReport.Rejected rejected)
        {
            LogRejected(log, instance.Name, rejected.Revision, rejected.Reason);
            refusals[instance.Index] = new Refusal(rejected.Revision, rejected.Reason, clock.GetUtcNow());
            await rejections.TakeBackAsync(instance, rejected, standing.GetValueOrDefault(instance.Index));
            confirmations.Reject(rejected);
            return;
        }

        standing[instance.Index] = instance;
        await NoteAsync(instance, report);
        problems[instance.Index] = (report as AgentReport.Applied)?.Problem is { } problem ? new Refusal(report.Revision, problem, clock.GetUtcNow()) : null;
        applied.Add(instance);
    }

    /// <summary>What is in the ruleset and filters nothing, or not everything, is no success for the call that waits for it, and is told until it is repaired.</summary>
    private async Task NoteAsync(Instance instance, AgentReport report)
    {
        Keep(notes, instance.Index, (report as AgentReport.Applied)?.Note);
        var reason = (report as AgentReport.Unfiltered)?.Reason;
        if (Keep(unfiltered, instance.Index, reason) && reason is not null)
        {
            LogUnfiltered(log, instance.Name, reason);
        }

        if (report is AgentReport.Unfiltered problem)
        {
            await rejections.FailAsync(instance, problem);
            confirmations.Reject(problem);
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
        unfiltered.TryRemove(index, out _);
        notes.TryRemove(index, out _);
        standing.TryRemove(index, out _);
        refusals.TryRemove(index, out _);
        problems.TryRemove(index, out _);
    }

    private void Confirm(long revision)
    {
        contact = new AgentContact(clock.GetUtcNow(), null);
        store.NoteApplied(revision);
        confirmations.Confirm(revision);
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
