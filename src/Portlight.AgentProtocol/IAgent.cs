using System.Collections.Immutable;
using Portlight.Domain;

namespace Portlight.AgentProtocol;

/// <summary>
/// The part that holds CAP_NET_ADMIN, as the server sees it. A process boundary: embedded in the server's process, or at the end of a stream. Calls do not
/// overlap: one reconciler makes them, one after the other.
/// </summary>
public interface IAgent
{
    AgentStatus Status { get; }

    /// <summary>
    /// Makes the kernel hold exactly these instances: reads what is there, applies the difference, removes what is not named. Used at start, after a gap
    /// and on drift.
    /// </summary>
    Task<IReadOnlyList<AgentReport>> SynchroniseAsync(IReadOnlyList<DesiredInstance> all, CancellationToken cancellationToken);

    /// <summary>
    /// Applies changes to what is already there: all together in one kernel transaction, or, when the kernel refuses that, one by one in the order given,
    /// so that one bad change costs no other. Removed instances are named by index.
    /// </summary>
    Task<IReadOnlyList<AgentReport>> ApplyAsync(IReadOnlyList<DesiredInstance> changed, IReadOnlyList<long> removed, CancellationToken cancellationToken);

    /// <summary>Looks at an interface or the machine before it is attached; changes nothing.</summary>
    Task<AttachmentFacts> InspectAsync(Attachment attachment, CancellationToken cancellationToken);

    /// <summary>Looks for guests of the machine's providers, in what they leave on its disk and offer on its sockets; changes nothing. Takes some seconds at most.</summary>
    /// <exception cref="AgentException">They are being looked for already, or the machine cannot be asked.</exception>
    Task<Discovery> DiscoverAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The SSH sessions by which somebody is on this machine: what a change of its port set must not cut by surprise. One look at the kernel's list of
    /// connections; none where nothing is enforced.
    /// </summary>
    /// <exception cref="AgentException">The machine cannot be asked.</exception>
    Task<ImmutableArray<InboundConnection>> FindSshSessionsAsync(CancellationToken cancellationToken);

    /// <summary>What the kernel's sets say of a packet to an instance: read from the kernel, whatever was applied. Changes nothing, and may be called beside a change.</summary>
    /// <param name="index">The instance.</param>
    /// <param name="packet">One port of TCP or UDP, or an ICMP type and code; -1 is all of them, and then all have to be let in.</param>
    /// <param name="source">One address.</param>
    /// <param name="cancellationToken">Ends the wait for an agent elsewhere.</param>
    /// <exception cref="AgentException">The kernel cannot be asked.</exception>
    Task<PacketVerdict> AskKernelAsync(long index, PortKey packet, Cidr source, CancellationToken cancellationToken);

    /// <summary>
    /// The connections that others have to an instance at present, from the kernel's connection tracking. It walks over all that the kernel tracks, half a second for 100,000; one look at
    /// a time. Changes nothing, and may be called beside a change.
    /// </summary>
    /// <param name="index">The instance.</param>
    /// <param name="most">More are counted alone.</param>
    /// <param name="cancellationToken">Ends the wait for an agent elsewhere.</param>
    /// <exception cref="AgentException">The kernel cannot be asked.</exception>
    Task<TrackedConnections> ListConnectionsAsync(long index, int most, CancellationToken cancellationToken);

    /// <summary>
    /// What the kernel has refused to let in to an instance, and from whom. It reads what is noted of all instances of the machine, which is bounded; one look at a time. Changes nothing, and may be called
    /// beside a change.
    /// </summary>
    /// <param name="index">The instance.</param>
    /// <param name="most">More sources are counted alone.</param>
    /// <param name="cancellationToken">Ends the wait for an agent elsewhere.</param>
    /// <exception cref="AgentException">The kernel cannot be asked, or notes nothing.</exception>
    Task<RefusedSources> ListRefusalsAsync(long index, int most, CancellationToken cancellationToken);

    /// <summary>The same of several instances, by one look at what is noted.</summary>
    /// <param name="indexes">The instances; one that is not filtered here has nothing.</param>
    /// <param name="most">More sources are counted alone.</param>
    /// <param name="cancellationToken">Ends the wait for an agent elsewhere.</param>
    /// <exception cref="AgentException">The kernel cannot be asked, or notes nothing.</exception>
    Task<RefusedOfMany> ListRefusalsOfManyAsync(IReadOnlyList<long> indexes, int most, CancellationToken cancellationToken);

    /// <summary>How many packets the kernel has let in to an instance by what is open, and how many it has refused. Changes nothing, and may be called beside a change.</summary>
    /// <param name="index">The instance.</param>
    /// <param name="cancellationToken">Ends the wait for an agent elsewhere.</param>
    /// <exception cref="AgentException">The kernel cannot be asked, or counts nothing.</exception>
    Task<PortCounts> CountPortsAsync(long index, CancellationToken cancellationToken);

    /// <summary>What the machine remembers of what came in to instances and what was refused (docs/decisions/0146). Changes nothing, and may be called beside a change.</summary>
    /// <param name="indexes">The instances.</param>
    /// <param name="withCurves">Of one or a few: their counters are read before, and each quarter of an hour is told, too.</param>
    /// <param name="cancellationToken">Ends the wait for an agent elsewhere.</param>
    /// <exception cref="AgentException">The kernel cannot be asked, or counts nothing.</exception>
    Task<TrafficHistory> ReadTrafficAsync(IReadOnlyList<long> indexes, bool withCurves, CancellationToken cancellationToken);

    /// <summary>Completes when somebody else changed what is ours in the kernel; the caller then synchronises.</summary>
    Task DriftAsync(CancellationToken cancellationToken);
}
