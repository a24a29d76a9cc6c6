using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Portlight.Agent.Applied;
using Portlight.Agent.Devices;
using Portlight.Agent.Enforcement;
using Portlight.Agent.Inspection;
using Portlight.Agent.Lab;
using Portlight.Agent.Links;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent;

/// <summary>
/// The agent in the server's own process: makes namespaces and the ruleset of this machine what it is told. What it has made stays when it is disposed
/// (fail-static); the next one reads it and changes only what differs.
/// </summary>
public sealed partial class EmbeddedAgent : IAgent, IDisposable
{
    private readonly EnforcementLock _lock;
    private readonly NftablesSession _session;
    private readonly NftablesWatcher _watcher;
    private readonly LabHost _lab;
    private readonly AttachedDevices _devices = new();
    private readonly DeviceWatch _deviceWatch;
    private readonly Enforcer _enforcer;
    private readonly AppliedFile? _applied;
    private readonly TimeProvider _clock;
    private readonly ILogger<EmbeddedAgent> _log;
    private volatile AgentStatus _status;
    private bool _isDrifted;
    private bool _takesOver;

    private EmbeddedAgent(EnforcementLock held, NftablesSession session, NftablesWatcher watcher, LinkWatcher links, LabHost lab, AgentOptions options, TimeProvider clock, ILogger<EmbeddedAgent> log)
    {
        _lock = held;
        _session = session;
        _watcher = watcher;
        _lab = lab;
        _enforcer = new Enforcer(session, lab, _devices, new RulesetOptions { Connections = options.Connections, ListenAddresses = options.ListenAddresses });
        _deviceWatch = new DeviceWatch(_devices, links);
        _takesOver = options.TakesOver;
        _clock = clock;
        _log = log;
        if (options.AppliedFile is { } path)
        {
            _applied = new AppliedFile(path, clock, log);
            session.Committed = _applied.Record;
        }

        _status = new AgentStatus(Enforces: true, options.Connections == ConnectionPolicy.Cut ? "cut" : "drain", 0, null, null)
        {
            Protection = session.Protection == TableProtection.Owned ? "owned" : "watched",
            KernelRelease = HostCheck.KernelRelease,
        };
    }

    public AgentStatus Status => _status;

    /// <summary>Opens an agent on the network namespace of the calling thread, alone there until it is disposed. Changes nothing yet.</summary>
    /// <exception cref="AgentException">
    /// Another process has the namespace, or what is there belongs to another installation; or the kernel does not let us, and <see cref="HostCheck"/> says
    /// what is missing.
    /// </exception>
    public static EmbeddedAgent Open(AgentOptions options, TimeProvider clock, ILogger<EmbeddedAgent> log)
    {
        var held = EnforcementLock.Take(options.DataDirectory);
        NftablesSession? session = null;
        NftablesWatcher? watcher = null;
        LabHost? lab = null;
        LinkWatcher? links = null;
        try
        {
            session = NftablesSession.Open(options.Installation, options.MayOwnTable);
            lab = new LabHost(options.PrivateNetwork, options.Installation);
            KernelClaim.Require(
                session, lab, options.Installation, options.TakesOver, "start with the data directory that it belongs to, or say --take-over to replace it by what is stored here");
            watcher = NftablesWatcher.Open(session);
            links = LinkWatcher.Open();
            return new EmbeddedAgent(held, session, watcher, links, lab, options, clock, log);
        }
        catch (Exception exception)
        {
            links?.Dispose();
            watcher?.Dispose();
            lab?.Dispose();
            session?.Dispose();
            held.Dispose();
            if (exception is NetlinkException or LabException)
            {
                throw new AgentException(exception.Message, exception);
            }

            throw;
        }
    }

    public Task<IReadOnlyList<AgentReport>> SynchroniseAsync(IReadOnlyList<DesiredInstance> all, CancellationToken cancellationToken) => Run(() =>
    {
        TakeOver();
        _devices.Look(all);
        var reports = Told(_enforcer.Synchronise(all));
        CountRepair();
        _status = _status with { LastSynchronised = _clock.GetUtcNow() };
        return reports;
    });

    public Task<IReadOnlyList<AgentReport>> ApplyAsync(IReadOnlyList<DesiredInstance> changed, IReadOnlyList<long> removed, CancellationToken cancellationToken) => Run(() =>
    {
        _devices.Look(changed, removed);
        var reports = Told(_enforcer.Apply(changed, removed));
        _isDrifted |= _enforcer.Mended is { ChangedAnything: true };
        CountRepair();
        return reports;
    });

    public Task<AttachmentFacts> InspectAsync(Attachment attachment, CancellationToken cancellationToken) => Task.FromResult(AttachmentInspection.Of(attachment));

    public Task<ImmutableArray<InboundConnection>> FindSshSessionsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult(AttachmentInspection.SshSessions());
        }
        catch (AgentException exception)
        {
            return Task.FromException<ImmutableArray<InboundConnection>>(exception);
        }
    }

    public async Task DriftAsync(CancellationToken cancellationToken)
    {
        using var settled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = await Task.WhenAny(TableDriftAsync(settled.Token), _deviceWatch.ChangedAsync(settled.Token));
        await settled.CancelAsync();
        await first;
    }

    private async Task TableDriftAsync(CancellationToken cancellationToken)
    {
        Drift drift;
        try
        {
            drift = await _watcher.WaitAsync(cancellationToken);
        }
        catch (ChannelClosedException)
        {
            // Disposed: nothing will be reported any more.
            await Task.Delay(Timeout.InfiniteTimeSpan, _clock, cancellationToken);
            return;
        }

        LogDrift(_log, drift.Kind, drift.ProcessName ?? "an unknown process", drift.ProcessId);
        while (_watcher.TryTake(out _))
        {
            // One comparison mends whatever else has happened by now.
        }

        _isDrifted = true;
    }

    public void Dispose()
    {
        _deviceWatch.Dispose();
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
            foreach (var removed in _lab.RemoveForeign())
            {
                LogTakenOver(_log, removed.NamespaceName, removed.LinkName);
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
            var reports = work();
            foreach (var report in reports)
            {
                if (report is AgentReport.Rejected rejected)
                {
                    Note(rejected.Reason);
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

    /// <summary>The ruleset holds it; whether it meets the packets of an attached interface, the interface tells.</summary>
    private List<AgentReport> Told(List<AgentReport> reports) => reports.ConvertAll(report => report is AgentReport.Applied applied && _devices.Of(report.Index) is { } bound
        ? bound.Unfiltered is { } reason ? new AgentReport.Unfiltered(report.Index, report.Revision, reason) : applied with { Note = bound.Note }
        : report);

    private void Note(string problem) => _status = _status with { LastProblem = problem };

    private void CountRepair()
    {
        if (_isDrifted && _enforcer.Mended is { ChangedAnything: true } mended)
        {
            _status = _status with { DriftRepairs = _status.DriftRepairs + 1 };
            LogRepaired(_log, mended);
        }

        _isDrifted = false;
    }

    [LoggerMessage(3001, LogLevel.Warning, "the ruleset was changed by somebody else ({Kind}, by {Process}, pid {ProcessId}); comparing all of it")]
    private static partial void LogDrift(ILogger logger, DriftKind kind, string process, uint processId);

    [LoggerMessage(3003, LogLevel.Warning, "taken over from another installation: the lab instance {Namespace} (link {Link}) is removed")]
    private static partial void LogTakenOver(ILogger logger, string @namespace, string link);

    [LoggerMessage(3002, LogLevel.Warning, "a foreign change of the ruleset was mended: {Mended}")]
    private static partial void LogRepaired(ILogger logger, SynchroniseReport mended);
}
