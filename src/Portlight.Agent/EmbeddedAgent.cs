using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Portlight.Agent.Applied;
using Portlight.Agent.Devices;
using Portlight.Agent.Guests;
using Portlight.Agent.Enforcement;
using Portlight.Agent.Inspection;
using Portlight.Agent.Lab;
using Portlight.Agent.Links;
using Portlight.Agent.Repairs;
using Portlight.Agent.Traffic;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent;

/// <summary>
/// The agent in the server's own process: makes namespaces and the ruleset of this machine what it is told. What it has made stays when it is disposed
/// (fail-static); the next one reads it and changes only what differs.
/// </summary>
public sealed class EmbeddedAgent : IAgent, IDisposable
{
    private readonly EnforcementLock _lock;
    private readonly NftablesSession _session;
    private readonly NftablesWatcher _watcher;
    private readonly LabHost _lab;
    private readonly AttachedDevices _devices;
    private readonly DeviceWatch _deviceWatch;
    private readonly Enforcer _enforcer;
    private readonly LabRepair _labRepair;
    private readonly TableRepair _tableRepair;
    private readonly AppliedFile? _applied;
    private readonly KernelQuestions _questions;
    private readonly TrafficSampler _traffic;
    private readonly TimeProvider _clock;
    private readonly ILogger<EmbeddedAgent> _log;
    private readonly GuestDiscovery _discovery;
    private readonly Lock _gate = new();
    private readonly StatusRecord _status;
    private bool _isDrifted;
    private bool _takesOver;
    private bool _isDisposed;

    private EmbeddedAgent(EnforcementLock held, NftablesSession session, NftablesWatcher watcher, LinkWatcher links, LinkWatcher labLinks, LabHost lab, AttachedDevices devices, AgentOptions options, TimeProvider clock, ILogger<EmbeddedAgent> log)
    {
        _lock = held;
        _session = session;
        _watcher = watcher;
        _lab = lab;
        (_devices, _discovery) = (devices, new GuestDiscovery(options.Connections));
        _enforcer = new Enforcer(options.Installation, session, lab, _devices, new RulesetOptions { Connections = options.Connections, ListenAddresses = options.ListenAddresses, CountsPackets = options.CountsPackets }.For(NftablesProbe.CanNoteRefused()));
        _deviceWatch = new DeviceWatch(_devices, links);
        _takesOver = options.TakesOver;
        (_clock, _log) = (clock, log);
        ConnectionPolicy? counted = options.CountsPackets ? options.Connections : null;
        _questions = new KernelQuestions(_enforcer, _gate, counted, clock);
        _traffic = new TrafficSampler(_enforcer, _gate, counted, options.TrafficFile is { } kept ? new TrafficFile(kept, options.Installation, TrafficFile.ThisBoot) : null, clock, Note);
        if (options.AppliedFile is { } path)
        {
            _applied = new AppliedFile(path, options.Installation, clock, log);
            session.Committed = _applied.Record;
        }

        _status = new StatusRecord(new AgentStatus(Enforces: true, options.Connections == ConnectionPolicy.Cut ? "cut" : "drain", 0, null, null)
        {
            Protection = session.Protection == TableProtection.Owned ? "owned" : "watched",
            KernelRelease = HostCheck.KernelRelease,
        }, clock);
        _tableRepair = new TableRepair(session, _status, log);
        _labRepair = new LabRepair(labLinks, _enforcer, lab, _gate, _status, clock, log);
    }

    public AgentStatus Status => _status.Current;

    /// <summary>Opens an agent on the network namespace of the calling thread, alone there until it is disposed. Changes nothing yet.</summary>
    /// <exception cref="AgentException">Another process has the namespace, or what is there is another installation's; or the kernel refuses: <see cref="HostCheck"/> says why.</exception>
    public static EmbeddedAgent Open(AgentOptions options, TimeProvider clock, ILogger<EmbeddedAgent> log)
    {
        RepairCode.Load();
        var opened = new List<IDisposable>();
        EmbeddedAgent? agent = null;
        var alone = Keep(EnforcementLock.Take(options.DataDirectory));
        try
        {
            var session = Keep(NftablesSession.Open(options.Installation, options.MayOwnTable));
            var lab = Keep(new LabHost(options.PrivateNetwork, options.Installation));
            var (links, labLinks) = (Keep(LinkWatcher.Open()), Keep(LinkWatcher.Open()));
            var devices = Keep(new AttachedDevices(options.Connections));
            KernelClaim.Require(
                session, lab, options.Installation, options.TakesOver, "start with the data directory that it belongs to, or say --take-over to replace it by what is stored here", devices.ListToClaim());
            Hold(session, options.Holds?.Loaded, log);
            var watcher = Keep(NftablesWatcher.Open(session, drift => Volatile.Read(ref agent)?._tableRepair.Run(drift)));
            Volatile.Write(ref agent, new EmbeddedAgent(alone, session, watcher, links, labLinks, lab, devices, options, clock, log));
            return agent;
        }
        catch (Exception exception)
        {
            opened.Reverse();
            opened.ForEach(one => one.Dispose());
            if (exception is NetlinkException or LabException)
            {
                throw new AgentException(exception.Message, exception);
            }

            throw;
        }

        T Keep<T>(T one)
            where T : IDisposable
        {
            opened.Add(one);
            return one;
        }
    }

    /// <summary>From now on it is known what is there, and what others change of it is put back. Where it cannot be had, it stays as it is: an agent that does not start asks no server what is right.</summary>
    private static void Hold(NftablesSession session, Ruleset? held, ILogger log)
    {
        try
        {
            if (held is not null)
            {
                session.Synchronise(held);
            }
        }
        catch (Exception problem) when (problem is NetlinkException or RulesetRefusedException)
        {
            Log.RepairFailed(log, problem);
        }
    }

    public Task<IReadOnlyList<AgentReport>> SynchroniseAsync(IReadOnlyList<DesiredInstance> all, CancellationToken cancellationToken) => Run(() =>
    {
        TakeOver();
        var links = _devices.List();
        _devices.Look(all, links);
        var reports = _enforcer.Synchronise(all, links).ConvertAll(_devices.Told);
        CountRepair();
        // What is still refused is noted again behind this.
        _status.Change(status => status with { LastSynchronised = _clock.GetUtcNow(), LastProblem = null, BridgeProblem = _devices.BridgeProblem });
        _traffic.Begin();
        return reports;
    });

    public Task<IReadOnlyList<AgentReport>> ApplyAsync(IReadOnlyList<DesiredInstance> changed, IReadOnlyList<long> removed, CancellationToken cancellationToken) => Run(() =>
    {
        _devices.Look(changed, removed);
        var reports = _enforcer.Apply(changed, removed).ConvertAll(_devices.Told);
        _isDrifted |= _enforcer.Repaired is { ChangedAnything: true };
        CountRepair();
        return reports;
    });

    public Task<AttachmentFacts> InspectAsync(Attachment attachment, CancellationToken cancellationToken) => Task.FromResult(AttachmentInspection.Of(attachment, _devices.Connections));

    public Task<Discovery> DiscoverAsync(CancellationToken cancellationToken) => _discovery.RunAsync(cancellationToken);

    public Task<ImmutableArray<InboundConnection>> FindSshSessionsAsync(CancellationToken cancellationToken) => Task.FromResult(AttachmentInspection.SshSessions());

    public Task<PacketVerdict> AskKernelAsync(long index, PortKey packet, Cidr source, CancellationToken cancellationToken) => _questions.AskAsync(index, packet, source);

    public Task<TrackedConnections> ListConnectionsAsync(long index, int most, CancellationToken cancellationToken) => _questions.ListConnectionsAsync(index, most, cancellationToken);

    public Task<RefusedSources> ListRefusalsAsync(long index, int most, CancellationToken cancellationToken) => _questions.ListRefusalsAsync(index, most, cancellationToken);

    public Task<RefusedOfMany> ListRefusalsOfManyAsync(IReadOnlyList<long> indexes, int most, CancellationToken cancellationToken) => _questions.ListRefusalsOfManyAsync(indexes, most, cancellationToken);

    public Task<PortCounts> CountPortsAsync(long index, CancellationToken cancellationToken) => _questions.CountPortsAsync(index, cancellationToken);

    public Task<TrafficHistory> ReadTrafficAsync(IReadOnlyList<long> indexes, bool withCurves, CancellationToken cancellationToken) => Task.Run(() => _traffic.Read(indexes, withCurves), cancellationToken);

    public async Task DriftAsync(CancellationToken cancellationToken)
    {
        using var settled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = await Task.WhenAny(TableDriftAsync(settled.Token), DeviceDriftAsync(settled.Token));
        await settled.CancelAsync();
        await first;
    }

    /// <summary>The rules follow a device at once; the caller compares everything and reports, which may take the way to a server.</summary>
    private async Task DeviceDriftAsync(CancellationToken cancellationToken)
    {
        await _deviceWatch.ChangedAsync(cancellationToken);
        lock (_gate)
        {
            if (Refusal.Of(_enforcer.Rebind) is { } problem)
            {
                Note(problem);
            }
        }
    }

    private async Task TableDriftAsync(CancellationToken cancellationToken)
    {
        _tableRepair.RunAgain();
        try
        {
            await _watcher.WaitAsync(cancellationToken);
        }
        catch (ChannelClosedException)
        {
            // Disposed: nothing will be reported any more.
            await Task.Delay(Timeout.InfiniteTimeSpan, _clock, cancellationToken);
            return;
        }

        while (_watcher.TryTake(out _))
        {
            // One comparison repairs whatever else has happened by now.
        }

        _isDrifted = true;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        _traffic.Dispose();
        _deviceWatch.Dispose();
        _labRepair.Dispose();
        _watcher.Dispose();
        _session.Dispose();
        _lab.Dispose();
        _devices.Dispose();
        _applied?.Dispose();
        _lock.Dispose();
    }

    /// <summary>The lab instances of others go while the rules of others still close them; their table is replaced by the synchronisation that follows.</summary>
    private void TakeOver()
    {
        if (_takesOver)
        {
            foreach (var removed in _lab.Foreign.Remove())
            {
                Log.TakenOver(_log, removed.NamespaceName, removed.LinkName);
            }

            _takesOver = false;
        }
    }

    /// <summary>
    /// Done on the caller's thread: a change of ports takes microseconds, less than handing it to another. Whatever stops the whole is an
    /// <see cref="AgentException"/>; what concerns one instance is in its report.
    /// </summary>
    private Task<IReadOnlyList<AgentReport>> Run(Func<List<AgentReport>> work)
    {
        try
        {
            List<AgentReport> reports;
            lock (_gate)
            {
                reports = work();
                if (_enforcer.LeftOver is { } leftOver)
                {
                    Note(leftOver);
                }
            }

            foreach (var report in reports)
            {
                if (((report as AgentReport.Rejected)?.Reason ?? (report as AgentReport.Applied)?.Problem) is { } problem)
                {
                    Note(problem);
                }
            }

            return Task.FromResult<IReadOnlyList<AgentReport>>(reports);
        }
        catch (Exception exception) when (exception is NetlinkException or RulesetRefusedException or LabException or IOException or UnauthorizedAccessException)
        {
            Note(exception.Message);
            return Task.FromException<IReadOnlyList<AgentReport>>(new AgentException(exception.Message, exception));
        }
    }

    private void Note(string problem) => _status.Change(status => status with { LastProblem = problem });

    private void CountRepair()
    {
        if (_isDrifted)
        {
            _tableRepair.Count(_enforcer.Repaired);
        }

        _isDrifted = false;
    }
}
