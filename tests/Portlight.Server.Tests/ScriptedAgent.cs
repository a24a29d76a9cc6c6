using System.Collections.Immutable;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Server.Tests;

/// <summary>An agent whose kernel is the test: it applies at once, holds its word back, or refuses, as it is told.</summary>
internal sealed class ScriptedAgent : IAgent
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _held = Released();
    private TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _drift = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<DesiredInstance, string?> _refuses = _ => null;
    private TaskCompletionSource _synchronised = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset? _lastSynchronised;
    private long _repairs;
    private bool _hasDrifted;
    private Exception? _failure;

    /// <summary>What is "in the kernel".</summary>
    public Dictionary<long, DesiredInstance> Applied { get; } = [];

    /// <summary>What it finds when it is asked to look at an attachment.</summary>
    public AttachmentFacts Facts { get; set; } = new(null, []);

    /// <summary>The SSH sessions of the machine; null when it cannot be asked.</summary>
    public ImmutableArray<InboundConnection>? Sessions { get; set; } = [];

    /// <summary>How often it was asked for SSH sessions.</summary>
    public int SshLooks { get; private set; }

    public int Synchronisations { get; private set; }

    /// <summary>False: an agent that records, for this reason.</summary>
    public bool Enforces { get; set; } = true;

    /// <summary>False: an agent that makes no lab instances.</summary>
    public bool MakesLab { get; set; } = true;

    /// <summary>What becomes of connections whose port closes, <c>cut</c> or <c>drain</c>.</summary>
    public string Connections { get; set; } = "cut";

    /// <summary>Which start of its program it is; null: an agent of before that was told.</summary>
    public string? Run { get; init; }

    /// <summary>Where it comes from.</summary>
    public string? Address { get; init; }

    public AgentStatus Status => new(Enforces, Connections, _repairs, _lastSynchronised, null)
    {
        KernelRelease = "6.18.0",
        MakesLab = MakesLab,
        Reason = Enforces ? null : "the kernel is not at hand",
        Protection = Enforces ? "watched" : null,
        LastDrift = _repairs > 0 ? _lastSynchronised : null,
        Run = Run,
        Address = Address,
    };

    /// <summary>From now on this reason, when it is not null, is why a state is in the ruleset and filters nothing.</summary>
    public Func<DesiredInstance, string?> Unfilters { get; set; } = _ => null;

    /// <summary>What it says of a state that it has applied.</summary>
    public Func<DesiredInstance, string?> Notes { get; set; } = _ => null;

    /// <summary>What is wrong beside a state that it has applied.</summary>
    public Func<DesiredInstance, string?> Problems { get; set; } = _ => null;

    /// <summary>False: an agent of before rules expired, which says nothing of it.</summary>
    public bool TellsExpiring { get; set; } = true;

    /// <summary>From now on this reason, when it is not null, is why a state is refused.</summary>
    public void Refuse(Func<DesiredInstance, string?> reason)
    {
        lock (_gate)
        {
            _refuses = reason;
        }
    }

    /// <summary>Withholds the agent's word until the returned action is called.</summary>
    public Action Hold()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _held = hold;
            _asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return () => hold.TrySetResult();
    }

    /// <summary>Completes when it was asked for something since it was told to hold its word.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Somebody else changed the kernel.</summary>
    public void Drift()
    {
        lock (_gate)
        {
            _hasDrifted = true;
            _drift.TrySetResult();
        }
    }

    /// <summary>Completes with the next synchronisation.</summary>
    public Task Synchronised()
    {
        lock (_gate)
        {
            _synchronised = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _synchronised.Task;
        }
    }

    /// <summary>The next change fails altogether, as when the agent's process is gone.</summary>
    public void FailOnce(Exception with) => _failure = with;

    public async Task<IReadOnlyList<AgentReport>> SynchroniseAsync(IReadOnlyList<DesiredInstance> all, CancellationToken cancellationToken)
    {
        Synchronisations++;
        foreach (var gone in Applied.Keys.Except(all.Select(instance => instance.Index)).ToList())
        {
            Applied.Remove(gone);
        }

        var reports = await ApplyAsync(all, [], cancellationToken);
        lock (_gate)
        {
            _lastSynchronised = TimeProvider.System.GetUtcNow();
            _repairs += _hasDrifted ? 1 : 0;
            _hasDrifted = false;
            _synchronised.TrySetResult();
        }

        return reports;
    }

    public async Task<IReadOnlyList<AgentReport>> ApplyAsync(IReadOnlyList<DesiredInstance> changed, IReadOnlyList<long> removed, CancellationToken cancellationToken)
    {
        _asked.TrySetResult();
        await _held.Task.WaitAsync(cancellationToken);
        if (Interlocked.Exchange(ref _failure, null) is { } thrown)
        {
            throw thrown;
        }

        foreach (var index in removed)
        {
            Applied.Remove(index);
        }

        return [.. changed.Select(Apply)];
    }

    /// <summary>What it was asked to look at last.</summary>
    public Attachment? Inspected { get; private set; }

    public Task<AttachmentFacts> InspectAsync(Attachment attachment, CancellationToken cancellationToken)
    {
        Inspected = attachment;
        return Task.FromResult(Facts);
    }

    /// <summary>The guests that it finds.</summary>
    public Discovery Guests { get; set; } = new([], []);

    public Task<Discovery> DiscoverAsync(CancellationToken cancellationToken) => Task.FromResult(Guests);

    public Task<ImmutableArray<InboundConnection>> FindSshSessionsAsync(CancellationToken cancellationToken)
    {
        SshLooks++;
        return Sessions is { } sessions ? Task.FromResult(sessions) : Task.FromException<ImmutableArray<InboundConnection>>(new AgentException("/proc is not mounted"));
    }

    /// <summary>What it says of every packet; null when its kernel cannot be asked.</summary>
    public PacketVerdict? Verdict { get; set; }

    /// <summary>The packet that it was asked about last.</summary>
    public (long Index, PortKey Packet, Cidr Source)? AskedAbout { get; private set; }

    public Task<PacketVerdict> AskKernelAsync(long index, PortKey packet, Cidr source, CancellationToken cancellationToken)
    {
        AskedAbout = (index, packet, source);
        return Verdict is { } verdict ? Task.FromResult(verdict) : Task.FromException<PacketVerdict>(new AgentException("cannot read the sets of nf_tables: operation not permitted"));
    }

    /// <summary>The connections of every instance; null when its kernel cannot be asked.</summary>
    public TrackedConnections? Tracked { get; set; } = new([], 0);

    public Task<TrackedConnections> ListConnectionsAsync(long index, int most, CancellationToken cancellationToken) => Tracked is { } tracked
        ? Task.FromResult(new TrackedConnections([.. tracked.Some.Take(most)], tracked.Total))
        : Task.FromException<TrackedConnections>(new AgentException("the kernel does not list its connections: operation not permitted"));

    /// <summary>What was refused to every instance; null when its kernel notes nothing.</summary>
    public RefusedSources? Refused { get; set; } = new(0, 0, [], 0);

    public Task<RefusedSources> ListRefusalsAsync(long index, int most, CancellationToken cancellationToken) => Refused is { } refused
        ? Task.FromResult(refused with { Some = [.. refused.Some.Take(most)] })
        : Task.FromException<RefusedSources>(new AgentException("this machine's kernel is 5.10.0 and notes nothing of what it refuses; that takes Linux 5.11"));

    /// <summary>What was refused to several instances, given what was asked about; null: the agent is of an earlier release.</summary>
    public Func<IReadOnlyList<long>, RefusedOfMany>? RefusedOfMany { get; set; } = asked => new RefusedOfMany(asked.Count, [], 0);

    /// <summary>How many it was last asked for of them.</summary>
    public int MostOfMany { get; private set; }

    public Task<RefusedOfMany> ListRefusalsOfManyAsync(IReadOnlyList<long> indexes, int most, CancellationToken cancellationToken) => RefusedOfMany?.Invoke(indexes) is { } refused
        ? Task.FromResult(refused with { Some = [.. refused.Some.Take(MostOfMany = most)] })
        : Task.FromException<RefusedOfMany>(new AgentException("the agent of the host local is 0.1.0 and does not know `refusals-of-many`: upgrade it"));

    /// <summary>What every instance has let in; null when it cannot be told.</summary>
    public PortCounts? Counts { get; set; } = new(false, [], 0, 0);

    public Task<PortCounts> CountPortsAsync(long index, CancellationToken cancellationToken) => Counts is { } counts
        ? Task.FromResult(counts)
        : Task.FromException<PortCounts>(new AgentException("nothing of the instance is in force on its host yet"));

    /// <summary>What it remembers of instances, given whether curves are asked for; null when it is of an earlier release.</summary>
    public Func<IReadOnlyList<long>, bool, TrafficHistory>? Traffic { get; set; } = (asked, _) => new TrafficHistory(false, new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero), [], asked.Count);

    public Task<TrafficHistory> ReadTrafficAsync(IReadOnlyList<long> indexes, bool withCurves, CancellationToken cancellationToken) => Traffic?.Invoke(indexes, withCurves) is { } told
        ? Task.FromResult(told)
        : Task.FromException<TrafficHistory>(new AgentException("the agent of the host local is 0.1.0 and does not know `traffic`: upgrade it"));

    public async Task DriftAsync(CancellationToken cancellationToken)
    {
        await _drift.Task.WaitAsync(cancellationToken);
        lock (_gate)
        {
            // Only here: what drifts while nobody waits is told to whoever waits next, as an agent's watchers do.
            _drift = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private AgentReport Apply(DesiredInstance wanted)
    {
        lock (_gate)
        {
            if (_refuses(wanted) is { } reason)
            {
                var standing = Applied.GetValueOrDefault(wanted.Index);
                return new AgentReport.Rejected(wanted.Index, wanted.Revision, reason, TellsExpiring || standing is null ? standing : standing with { Expiring = [] });
            }

            Applied[wanted.Index] = wanted;
            return Unfilters(wanted) is { } problem
                ? new AgentReport.Unfiltered(wanted.Index, wanted.Revision, problem)
                : new AgentReport.Applied(wanted.Index, wanted.Revision) { Note = Notes(wanted), Problem = Problems(wanted) };
        }
    }

    private static TaskCompletionSource Released()
    {
        var released = new TaskCompletionSource();
        released.SetResult();
        return released;
    }
}
