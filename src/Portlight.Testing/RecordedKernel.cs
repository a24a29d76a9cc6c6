using System.Collections.Concurrent;
using System.Collections.Immutable;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Testing;

/// <summary>The agent of a test: touches no packet and confirms everything, but for what the test wants refused or held back.</summary>
internal sealed class RecordedKernel(TimeProvider clock, Faults faults) : IAgent
{
    private readonly ConcurrentDictionary<long, DesiredInstance> _standing = [];
    private volatile AgentStatus _status = new(Enforces: false, "cut", 0, null, null) { Reason = "this is a server for tests" };

    public AgentStatus Status => _status;

    public async Task<IReadOnlyList<AgentReport>> SynchroniseAsync(IReadOnlyList<DesiredInstance> all, CancellationToken cancellationToken)
    {
        var gone = _standing.Keys.Except(all.Select(instance => instance.Index)).ToList();
        var reports = await ApplyAsync(all, gone, cancellationToken);
        _status = _status with { LastSynchronised = clock.GetUtcNow() };
        return reports;
    }

    public async Task<IReadOnlyList<AgentReport>> ApplyAsync(IReadOnlyList<DesiredInstance> changed, IReadOnlyList<long> removed, CancellationToken cancellationToken)
    {
        await faults.ConfirmationsAsync(cancellationToken);
        foreach (var index in removed)
        {
            _standing.TryRemove(index, out _);
        }

        return [.. changed.Select(Apply)];
    }

    public Task<AttachmentFacts> InspectAsync(Attachment attachment, CancellationToken cancellationToken) => Task.FromResult(new AttachmentFacts(null, []));

    /// <summary>The test's process runs no guests.</summary>
    public Task<Discovery> DiscoverAsync(CancellationToken cancellationToken) => Task.FromResult(new Discovery([], []));

    public Task<ImmutableArray<InboundConnection>> FindSshSessionsAsync(CancellationToken cancellationToken) => Task.FromResult(ImmutableArray<InboundConnection>.Empty);

    public Task<PacketVerdict> AskKernelAsync(long index, PortKey packet, Cidr source, CancellationToken cancellationToken) =>
        Task.FromException<PacketVerdict>(new AgentException("ports are only recorded: this is a server for tests"));

    public Task<TrackedConnections> ListConnectionsAsync(long index, int most, CancellationToken cancellationToken) =>
        Task.FromException<TrackedConnections>(new AgentException("ports are only recorded: this is a server for tests"));

    public Task<RefusedSources> ListRefusalsAsync(long index, int most, CancellationToken cancellationToken) =>
        Task.FromException<RefusedSources>(new AgentException("ports are only recorded: this is a server for tests"));

    public Task<RefusedOfMany> ListRefusalsOfManyAsync(IReadOnlyList<long> indexes, int most, CancellationToken cancellationToken) =>
        Task.FromException<RefusedOfMany>(new AgentException("ports are only recorded: this is a server for tests"));

    public Task<PortCounts> CountPortsAsync(long index, CancellationToken cancellationToken) =>
        Task.FromException<PortCounts>(new AgentException("ports are only recorded: this is a server for tests"));

    public Task<TrafficHistory> ReadTrafficAsync(IReadOnlyList<long> indexes, bool withCurves, CancellationToken cancellationToken) =>
        Task.FromException<TrafficHistory>(new AgentException("ports are only recorded: this is a server for tests"));

    /// <summary>Nobody can change what is not there.</summary>
    public Task DriftAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken);

    private AgentReport Apply(DesiredInstance wanted)
    {
        if (faults.Refusal(wanted) is { } reason)
        {
            return new AgentReport.Rejected(wanted.Index, wanted.Revision, reason, _standing.GetValueOrDefault(wanted.Index));
        }

        _standing[wanted.Index] = wanted;
        return new AgentReport.Applied(wanted.Index, wanted.Revision);
    }
}
