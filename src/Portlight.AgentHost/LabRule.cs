using System.Collections.Immutable;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.AgentHost;

/// <summary>An agent whose machine's operator has not allowed lab instances: they are refused, and everything else is the agent's.</summary>
internal sealed class LabRule(IAgent agent) : IAgent
{
    private const string Reason = "no lab instances are allowed on this host (start its agent with --lab)";

    public AgentStatus Status => agent.Status with { MakesLab = false };

    public async Task<IReadOnlyList<AgentReport>> SynchroniseAsync(IReadOnlyList<DesiredInstance> all, CancellationToken cancellationToken) =>
        [.. await agent.SynchroniseAsync([.. all.Where(IsAllowed)], cancellationToken), .. Refused(all)];

    public async Task<IReadOnlyList<AgentReport>> ApplyAsync(IReadOnlyList<DesiredInstance> changed, IReadOnlyList<long> removed, CancellationToken cancellationToken) =>
        [.. await agent.ApplyAsync([.. changed.Where(IsAllowed)], removed, cancellationToken), .. Refused(changed)];

    public Task<AttachmentFacts> InspectAsync(Attachment attachment, CancellationToken cancellationToken) => agent.InspectAsync(attachment, cancellationToken);

    public Task<Discovery> DiscoverAsync(CancellationToken cancellationToken) => agent.DiscoverAsync(cancellationToken);

    public Task<ImmutableArray<InboundConnection>> FindSshSessionsAsync(CancellationToken cancellationToken) => agent.FindSshSessionsAsync(cancellationToken);

    public Task<PacketVerdict> AskKernelAsync(long index, PortKey packet, Cidr source, CancellationToken cancellationToken) => agent.AskKernelAsync(index, packet, source, cancellationToken);

    public Task<TrackedConnections> ListConnectionsAsync(long index, int most, CancellationToken cancellationToken) => agent.ListConnectionsAsync(index, most, cancellationToken);

    public Task<RefusedSources> ListRefusalsAsync(long index, int most, CancellationToken cancellationToken) => agent.ListRefusalsAsync(index, most, cancellationToken);

    public Task<RefusedOfMany> ListRefusalsOfManyAsync(IReadOnlyList<long> indexes, int most, CancellationToken cancellationToken) => agent.ListRefusalsOfManyAsync(indexes, most, cancellationToken);

    public Task<PortCounts> CountPortsAsync(long index, CancellationToken cancellationToken) => agent.CountPortsAsync(index, cancellationToken);

    public Task<TrafficHistory> ReadTrafficAsync(IReadOnlyList<long> indexes, bool withCurves, CancellationToken cancellationToken) => agent.ReadTrafficAsync(indexes, withCurves, cancellationToken);

    public Task DriftAsync(CancellationToken cancellationToken) => agent.DriftAsync(cancellationToken);

    private static bool IsAllowed(DesiredInstance instance) => instance.Attachment is not Attachment.Lab;

    private static IEnumerable<AgentReport> Refused(IEnumerable<DesiredInstance> all) =>
        all.Where(instance => !IsAllowed(instance)).Select(instance => new AgentReport.Rejected(instance.Index, instance.Revision, Reason, Standing: null));
}
