using System.Collections.Immutable;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Wire;
using Portlight.Domain;

namespace Portlight.AgentStream.Server;

/// <summary>An agent that is connected to another server, for those who ask it something. What it is to enforce that server tells it.</summary>
/// <param name="host">Its host.</param>
/// <param name="status">What it says of itself, as far as that is known here.</param>
/// <param name="carry">Carries a question to the other server, and its answer back.</param>
public sealed class AgentElsewhere(string host, AgentStatus status, Func<Question, CancellationToken, Task<Answer>> carry) : IAgent
{
    // A wrong answer ends the stream at the server that has it.
    private readonly AskedAgent _asked = new(host, carry, _ => { });

    public AgentStatus Status => status;

    public Task<AttachmentFacts> InspectAsync(Attachment attachment, CancellationToken cancellationToken) => _asked.InspectAsync(attachment, cancellationToken);

    public Task<Discovery> DiscoverAsync(CancellationToken cancellationToken) => _asked.DiscoverAsync(cancellationToken);

    public Task<ImmutableArray<InboundConnection>> FindSshSessionsAsync(CancellationToken cancellationToken) => _asked.FindSshSessionsAsync(cancellationToken);

    public Task<PacketVerdict> AskKernelAsync(long index, PortKey packet, Cidr source, CancellationToken cancellationToken) => _asked.AskKernelAsync(index, packet, source, cancellationToken);

    public Task<TrackedConnections> ListConnectionsAsync(long index, int most, CancellationToken cancellationToken) => _asked.ListConnectionsAsync(index, most, cancellationToken);

    public Task<RefusedSources> ListRefusalsAsync(long index, int most, CancellationToken cancellationToken) => _asked.ListRefusalsAsync(index, most, cancellationToken);

    public Task<RefusedOfMany> ListRefusalsOfManyAsync(IReadOnlyList<long> indexes, int most, CancellationToken cancellationToken) => _asked.ListRefusalsOfManyAsync(indexes, most, cancellationToken);

    public Task<PortCounts> CountPortsAsync(long index, CancellationToken cancellationToken) => _asked.CountPortsAsync(index, cancellationToken);

    public Task<IReadOnlyList<AgentReport>> SynchroniseAsync(IReadOnlyList<DesiredInstance> all, CancellationToken cancellationToken) => Task.FromException<IReadOnlyList<AgentReport>>(NotHere());

    public Task<IReadOnlyList<AgentReport>> ApplyAsync(IReadOnlyList<DesiredInstance> changed, IReadOnlyList<long> removed, CancellationToken cancellationToken) =>
        Task.FromException<IReadOnlyList<AgentReport>>(NotHere());

    public Task<TrafficHistory> ReadTrafficAsync(IReadOnlyList<long> indexes, bool withCurves, CancellationToken cancellationToken) => _asked.ReadTrafficAsync(indexes, withCurves, cancellationToken);

    public Task DriftAsync(CancellationToken cancellationToken) => Task.FromException(NotHere());

    private AgentException NotHere() => new($"the agent of the host {host} is connected to another server");
}
