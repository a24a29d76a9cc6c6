using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>
/// What became of the instances of one host: what its agent has said of each, last. A change that is refused is reverted in the store, so that what is answered is
/// what stands. Written by the host's loop, read by anybody.
/// </summary>
internal sealed partial class HostOutcomes(IStore store, Confirmations confirmations, TimeProvider clock, ILogger log)
{
    private readonly Rejections _rejections = new(store, clock);
    private readonly ConcurrentDictionary<long, Instance> _standing = [];
    private readonly ConcurrentDictionary<long, Refusal> _refusals = [];
    private readonly ConcurrentDictionary<long, string> _unfiltered = [];
    private readonly ConcurrentDictionary<long, string> _notes = [];
    private readonly ConcurrentDictionary<long, Refusal?> _problems = [];

    /// <summary>Whether the kernel has refused nothing that is stored still.</summary>
    public bool IsAllInForce => _refusals.All(refused => Standing(refused.Key)?.Revision >= refused.Value.Revision);

    /// <summary>The instance as the kernel holds it; null when it holds nothing of it.</summary>
    public Instance? Standing(long index) => _standing.GetValueOrDefault(index);

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
    public async Task SettleAsync(Instance instance, AgentReport report, List<Instance> applied)
    {
        if (report is AgentReport.Rejected rejected)
        {
            LogRejected(log, instance.Name, rejected.Revision, rejected.Reason);
            _refusals[instance.Index] = new Refusal(rejected.Revision, rejected.Reason, clock.GetUtcNow());
            await _rejections.TakeBackAsync(instance, rejected, _standing.GetValueOrDefault(instance.Index) ?? Told(instance, rejected.Standing));
            confirmations.Reject(rejected);
            return;
        }

        _standing[instance.Index] = instance;
        await NoteAsync(instance, report);
        _problems[instance.Index] = (report as AgentReport.Applied)?.Problem is { } problem ? new Refusal(report.Revision, problem, clock.GetUtcNow()) : null;
        applied.Add(instance);
    }

    public void Forget(long index)
    {
        _unfiltered.TryRemove(index, out _);
        _notes.TryRemove(index, out _);
        _standing.TryRemove(index, out _);
        _refusals.TryRemove(index, out _);
        _problems.TryRemove(index, out _);
    }

    /// <summary>These are all that there are.</summary>
    public void ForgetOthers(IReadOnlyDictionary<long, Instance> present)
    {
        foreach (var gone in _standing.Keys.Where(index => !present.ContainsKey(index)).ToList())
        {
            Forget(gone);
        }
    }

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

    /// <summary>What is in the ruleset and filters nothing, or not everything, is no success for the call that waits for it, and is told until it is repaired.</summary>
    private async Task NoteAsync(Instance instance, AgentReport report)
    {
        Keep(_notes, instance.Index, (report as AgentReport.Applied)?.Note);
        var reason = (report as AgentReport.Unfiltered)?.Reason;
        if (Keep(_unfiltered, instance.Index, reason) && reason is not null)
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

    /// <summary>A change that the kernel refused.</summary>
    internal sealed record Refusal(long Revision, string Reason, DateTimeOffset At);

    [LoggerMessage(2003, LogLevel.Warning, "{Instance} is not filtered as its ports say: {Reason}")]
    private static partial void LogUnfiltered(ILogger logger, string instance, string reason);

    [LoggerMessage(2002, LogLevel.Warning, "the kernel refused revision {Revision} of {Instance}: {Reason}")]
    private static partial void LogRejected(ILogger logger, string instance, long revision, string reason);
}
