using System.Collections.Immutable;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Agent;
using Portlight.Domain;

namespace Portlight.AgentHost;

/// <summary>
/// An agent whose machine's operator has not allowed lab instances: none is made. Those that are there, from when it was allowed, stay: an option that was forgotten at a start is no reason to end what somebody
/// works in, and they go when they are deleted.
/// </summary>
/// <param name="agent">The agent.</param>
/// <param name="kept">What this machine had when it was last up. Where nobody knows that, what the server takes to be there counts.</param>
internal sealed class LabRule(IAgent agent, KeptSet kept) : IAgent
{
    private const string Reason = "no lab instances are allowed on this host (start its agent with --lab)";

    private readonly HashSet<long>? _here = kept.IsKnown ? [.. kept.All.Where(one => KeptSet.PlaceOf(one) is Attachment.Lab).Select(one => one.Index)] : null;

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

    private bool IsAllowed(DesiredInstance instance) => instance.Attachment is not Attachment.Lab || _here is null || _here.Contains(instance.Index);

    private IEnumerable<AgentReport> Refused(IEnumerable<DesiredInstance> all) =>
        all.Where(instance => !IsAllowed(instance)).Select(instance => new AgentReport.Rejected(instance.Index, instance.Revision, Reason, Standing: null));
}
