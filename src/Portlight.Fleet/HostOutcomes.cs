using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>
/// What became of the instances of one host: what its agent has said of each, last. A change that is refused is reverted in the store, so that what is answered is
/// what stands. Written by the host's loop, read by anybody.
/// </summary>
internal sealed partial class HostOutcomes(IStore store, HostTurn turn, Projection projection, Confirmations confirmations, TimeProvider clock, ILogger log)
{
    private readonly Rejections _rejections = new(store, turn, clock);
    private readonly ConcurrentDictionary<long, Instance> _standing = Small<Instance>();
    private readonly ConcurrentDictionary<long, DateTimeOffset> _standingSince = Small<DateTimeOffset>();
    private readonly ConcurrentDictionary<long, Refusal> _refusals = Small<Refusal>();
    private readonly ConcurrentDictionary<long, string> _unfiltered = Small<string>();
    private readonly ConcurrentDictionary<long, string> _notes = Small<string>();
    private readonly ConcurrentDictionary<long, Refusal> _problems = Small<Refusal>();
    private readonly ConcurrentDictionary<long, long> _standingElsewhere = Small<long>();
    private long _version;

    /// <summary>Whether the kernel has refused nothing that is stored still.</summary>
    public bool IsAllInForce => _refusals.All(refused => StandingRevision(refused.Key) >= refused.Value.Revision);

    /// <summary>The instance as the kernel holds it; null when it holds nothing of it.</summary>
    public Instance? Standing(long index) => _standing.GetValueOrDefault(index);

    /// <summary>All that it holds, in no order.</summary>
    public IEnumerable<Instance> AllStanding => _standing.Select(one => one.Value);

    /// <summary>The revision of an instance that the kernel holds, as far as it is known to be another than the newest that it has confirmed; null when it holds nothing of it.</summary>
    public long? StandingRevision(long index) => _standing.GetValueOrDefault(index)?.Revision ?? (_standingElsewhere.TryGetValue(index, out var revision) ? revision : null);

    /// <summary>Since when the kernel holds the revision of an instance that it holds; null where nobody here has seen it begin, as of what stood when the server was started.</summary>
    public DateTimeOffset? StandingSince(long index) => _standingSince.TryGetValue(index, out var since) ? since : null;

    /// <summary>How many instances it holds.</summary>
    public int StandingCount => _standing.Count;

    /// <summary>What is wrong with an instance that stands, or else what the kernel last refused of it; null when nothing.</summary>
    public Refusal? LastRefusal(long index) => _problems.GetValueOrDefault(index) ?? _refusals.GetValueOrDefault(index);

    /// <summary>Why the packets of an instance are not all filtered by its ports; null when they are.</summary>
    public string? Unfiltered(long index) => _unfiltered.GetValueOrDefault(index);

    /// <summary>How many instances have packets that are not filtered by their ports.</summary>
    public int UnfilteredCount => _unfiltered.Count;

    /// <summary>What the agent says of an instance whose ports are in force; null for nothing.</summary>
    public string? Note(long index) => _notes.GetValueOrDefault(index);

    /// <summary>A refusal is reverted in the store; what is applied is added to <paramref name="applied"/>.</summary>
    /// <param name="instance">As it was sent.</param>
    /// <param name="report">What became of it.</param>
    /// <param name="applied">What stands.</param>
    /// <param name="isChange">Whether it was sent because it had changed, and not with all others that may have stood before.</param>
    public async Task SettleAsync(Instance instance, AgentReport report, List<Instance> applied, bool isChange)
    {
        try
        {
            await TakeAsync(instance, report, applied, isChange);
        }
        finally
        {
            Interlocked.Increment(ref _version);
        }
    }

    private async Task TakeAsync(Instance instance, AgentReport report, List<Instance> applied, bool isChange)
    {
        if (report is AgentReport.Rejected rejected)
        {
            LogRejected(log, instance.Name, rejected.Revision, rejected.Reason);
            HasNews = true;
            _refusals[instance.Index] = new Refusal(rejected.Revision, rejected.Reason, clock.GetUtcNow());
            var known = _standing.GetValueOrDefault(instance.Index);
            await _rejections.TakeBackAsync(instance, rejected, known ?? Told(instance, rejected.Standing), known is null ? Undated(instance, rejected.Standing) : []);
            confirmations.Reject(rejected);
            return;
        }

        if (_standing.GetValueOrDefault(instance.Index) is { } before ? before.Revision != instance.Revision : isChange)
        {
            _standingSince[instance.Index] = clock.GetUtcNow();
        }

        _standing[instance.Index] = instance;
        _standingElsewhere.TryRemove(instance.Index, out _);
        await NoteAsync(instance, report);
        var wrong = (report as AgentReport.Applied)?.Problem is { } problem ? new Refusal(report.Revision, problem, clock.GetUtcNow()) : null;
        HasNews |= _problems.GetValueOrDefault(instance.Index)?.Reason != wrong?.Reason;
        Keep(_problems, instance.Index, wrong);
        applied.Add(instance);
    }

    /// <summary>What there is to say of instances beside that they are in force; of those whose packets are not filtered first, then the newest.</summary>
    public IReadOnlyList<InstanceReport> Report() =>
    [
        .. _unfiltered.Keys.Concat(_problems.Keys).Concat(_refusals.OrderByDescending(one => one.Value.At).Select(one => one.Key)).Concat(_notes.Keys)
            .Distinct()
            .Take(HostReport.MostInstances)
            .Select(index => new InstanceReport(index, Standing(index)?.Revision)
            {
                Unfiltered = Unfiltered(index), Note = Note(index), Problem = _problems.GetValueOrDefault(index), Refused = _refusals.GetValueOrDefault(index),
            }),
    ];

    /// <summary>Another server has the agent, and says this. What was known here is not so any more.</summary>
    public void Take(HostReport report)
    {
        foreach (var index in _standing.Keys.Concat(_standingElsewhere.Keys).Concat(_notes.Keys).Concat(_unfiltered.Keys).Concat(_problems.Keys).Concat(_refusals.Keys).ToHashSet())
        {
            Forget(index);
        }

        foreach (var one in report.Instances)
        {
            Noted(_unfiltered, one.Index, one.Unfiltered);
            Noted(_notes, one.Index, one.Note);
            Keep(_problems, one.Index, one.Problem);
            if (one.Standing is { } standing)
            {
                _standingElsewhere[one.Index] = standing;
            }

            if (one.Unfiltered is { } reason && one.Standing is { } revision)
            {
                confirmations.Reject(new AgentReport.Unfiltered(one.Index, revision, reason));
            }

            if (one.Refused is { } refused)
            {
                _refusals[one.Index] = refused;
                confirmations.Reject(new AgentReport.Rejected(one.Index, refused.Revision, refused.Reason, null));
            }
        }

        Interlocked.Increment(ref _version);
    }

    /// <summary>As long as it stays the same <see cref="Report"/> does. To be read before that.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>Whether <see cref="Report"/> says something else than when this was set to false. By the host's loop alone.</summary>
    public bool HasNews { get; set; }

    public void Forget(long index)
    {
        _standingElsewhere.TryRemove(index, out _);
        _unfiltered.TryRemove(index, out _);
        _notes.TryRemove(index, out _);
        _standing.TryRemove(index, out _);
        _standingSince.TryRemove(index, out _);
        _refusals.TryRemove(index, out _);
        _problems.TryRemove(index, out _);
        Interlocked.Increment(ref _version);
    }

    /// <summary>These are all that there are.</summary>
    public void ForgetOthers(IReadOnlyDictionary<long, Instance> present)
    {
        foreach (var (index, _) in _standing)
        {
            ForgetUnless(present, index);
        }

        foreach (var (index, _) in _standingElsewhere)
        {
            ForgetUnless(present, index);
        }
    }

    private void ForgetUnless(IReadOnlyDictionary<long, Instance> present, long index)
    {
        if (!present.ContainsKey(index))
        {
            Forget(index);
        }
    }

    /// <summary>A host has a few instances, one loop writes, and of most tables nothing is in them: by itself each would take half a kilobyte of every host.</summary>
    private static ConcurrentDictionary<long, T> Small<T>() => new(concurrencyLevel: 1, capacity: 1);

    /// <summary>What stands where this server has not heard of it, as after a restart, and the agent says it. It is what the agent was sent, so aliases of sources are addresses by now.</summary>
    private static Instance? Told(Instance wanted, DesiredInstance? standing) => standing is null ? null : wanted with
    {
        Revision = standing.Revision,
        Ports = standing.Ports,
        // An agent of before says nothing of it.
        Expiring = standing.Expiring.IsEmpty ? wanted.Expiring.Left(standing.Ports) : standing.Expiring,
        Attachment = standing.Attachment with { Host = wanted.Attachment.Host },
        State = standing.IsRunning ? InstanceState.Running : InstanceState.Stopped,
        Unconfirmed = wanted.Unconfirmed is { } waiting && waiting.Before?.Ports.Equals(standing.Ports) != true ? waiting : null,
    };

    /// <summary>What stands beyond what was wanted, where the agent tells of nothing that it expires: one of before knows no such thing.</summary>
    private ImmutableArray<PortRule> Undated(Instance wanted, DesiredInstance? standing) =>
        standing is { Expiring.IsEmpty: true } ? standing.Ports.Close(projection.Of(wanted).Ports.Rules).Rules : [];

    /// <summary>What is in the ruleset and filters nothing, or not everything, is no success for the call that waits for it, and is told until it is repaired.</summary>
    private async Task NoteAsync(Instance instance, AgentReport report)
    {
        Noted(_notes, instance.Index, (report as AgentReport.Applied)?.Note);
        var reason = (report as AgentReport.Unfiltered)?.Reason;
        if (Noted(_unfiltered, instance.Index, reason) && reason is not null)
        {
            LogUnfiltered(log, instance.Name, reason);
        }

        if (report is AgentReport.Unfiltered problem)
        {
            await _rejections.FailAsync(instance, problem);
            confirmations.Reject(problem);
        }
    }

    /// <summary>True when it is another text than before.</summary>
    private bool Noted(ConcurrentDictionary<long, string> texts, long index, string? text)
    {
        var isOther = texts.GetValueOrDefault(index) != text;
        Keep(texts, index, text);
        HasNews |= isOther;
        return isOther;
    }

    private static void Keep<T>(ConcurrentDictionary<long, T> table, long index, T? value)
        where T : class
    {
        if (value is null)
        {
            table.TryRemove(index, out _);
        }
        else
        {
            table[index] = value;
        }
    }

    [LoggerMessage(2003, LogLevel.Warning, "{Instance} is not filtered as its ports say: {Reason}")]
    private static partial void LogUnfiltered(ILogger logger, string instance, string reason);

    [LoggerMessage(2002, LogLevel.Warning, "the kernel refused revision {Revision} of {Instance}: {Reason}")]
    private static partial void LogRejected(ILogger logger, string instance, long revision, string reason);
}
