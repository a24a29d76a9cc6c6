using System.Collections.Immutable;
using Portlight.Agent.Guests;
using Portlight.Agent.Inspection;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Agent;

/// <summary>
/// The agent of <c>--enforce record</c>: touches no packet, and confirms everything, because recording is all that was asked for. Its status says so, and
/// what shows what is applied asks that first.
/// </summary>
/// <param name="clock">The time of what it reports.</param>
/// <param name="reason">Why it records where enforcing was wished for; null when recording was asked for.</param>
public sealed class RecordingAgent(TimeProvider clock, string? reason) : IAgent
{
    private readonly GuestDiscovery _discovery = new(ConnectionPolicy.Cut);
    private volatile AgentStatus _status = new(Enforces: false, "cut", 0, null, null) { Reason = reason, KernelRelease = HostCheck.KernelRelease };

    public AgentStatus Status => _status;

    public Task<IReadOnlyList<AgentReport>> SynchroniseAsync(IReadOnlyList<DesiredInstance> all, CancellationToken cancellationToken)
    {
        _status = _status with { LastSynchronised = clock.GetUtcNow() };
        return ApplyAsync(all, [], cancellationToken);
    }

    public Task<IReadOnlyList<AgentReport>> ApplyAsync(IReadOnlyList<DesiredInstance> changed, IReadOnlyList<long> removed, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AgentReport>>([.. changed.Select(instance => new AgentReport.Applied(instance.Index, instance.Revision))]);

    public Task<AttachmentFacts> InspectAsync(Attachment attachment, CancellationToken cancellationToken) => Task.FromResult(AttachmentInspection.Of(attachment, ConnectionPolicy.Cut));

    public Task<Discovery> DiscoverAsync(CancellationToken cancellationToken) => _discovery.RunAsync(cancellationToken);

    /// <summary>What touches no packet cuts nobody off.</summary>
    public Task<ImmutableArray<InboundConnection>> FindSshSessionsAsync(CancellationToken cancellationToken) => Task.FromResult(ImmutableArray<InboundConnection>.Empty);

    /// <summary>It has no kernel.</summary>
    public Task<PacketVerdict> AskKernelAsync(long index, PortKey packet, Cidr source, CancellationToken cancellationToken) =>
        Task.FromException<PacketVerdict>(new AgentException(reason ?? "ports are only recorded"));

    /// <summary>It has no kernel.</summary>
    public Task<TrackedConnections> ListConnectionsAsync(long index, int most, CancellationToken cancellationToken) =>
        Task.FromException<TrackedConnections>(new AgentException(reason ?? "ports are only recorded"));

    /// <summary>It has no kernel.</summary>
    public Task<RefusedSources> ListRefusalsAsync(long index, int most, CancellationToken cancellationToken) =>
        Task.FromException<RefusedSources>(new AgentException(reason ?? "ports are only recorded"));

    /// <summary>It has no kernel.</summary>
    public Task<RefusedOfMany> ListRefusalsOfManyAsync(IReadOnlyList<long> indexes, int most, CancellationToken cancellationToken) =>
        Task.FromException<RefusedOfMany>(new AgentException(reason ?? "ports are only recorded"));

    /// <summary>It has no kernel.</summary>
    public Task<PortCounts> CountPortsAsync(long index, CancellationToken cancellationToken) => Task.FromException<PortCounts>(new AgentException(reason ?? "ports are only recorded"));

    /// <summary>It has no kernel.</summary>
    public Task<TrafficHistory> ReadTrafficAsync(IReadOnlyList<long> indexes, bool withCurves, CancellationToken cancellationToken) =>
        Task.FromException<TrafficHistory>(new AgentException(reason ?? "ports are only recorded"));

    /// <summary>Nobody can change what is not there.</summary>
    public Task DriftAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken);
}
