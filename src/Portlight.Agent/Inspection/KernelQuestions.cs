using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Inspection;

/// <summary>What the kernel says of an instance that stands, beside any change.</summary>
internal static class KernelQuestions
{
    /// <param name="filtered">Where the instance is filtered; null when nowhere.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="source">Where it comes from.</param>
    internal static Task<PacketVerdict> AskAsync(FilteredAttachment? filtered, PortKey packet, Cidr source)
    {
        try
        {
            var found = filtered is null ? new KernelOpenings(false, []) : KernelOpenings.Find(filtered, packet, source);
            return Task.FromResult(new PacketVerdict(found.IsFiltered, found.Sets));
        }
        catch (NetlinkException exception)
        {
            return Task.FromException<PacketVerdict>(new AgentException(exception.Message, exception));
        }
    }

    /// <param name="filtered">Where the instance is filtered; null when nowhere.</param>
    /// <param name="most">More sources are counted alone.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Gives up before it begins.</param>
    internal static Task<RefusedSources> ListRefusalsAsync(FilteredAttachment? filtered, int most, TimeProvider clock, CancellationToken cancellationToken) => filtered is null
        ? Task.FromException<RefusedSources>(new AgentException("nothing of the instance is in force on its host yet"))
        : Task.Run(() => Refusals.Of(filtered, most, clock), cancellationToken);

    /// <param name="filtered">Where the instance is filtered, and by what; null when nowhere.</param>
    /// <param name="connections">What becomes of connections when ports close; null where packets are not counted.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Gives up before it begins.</param>
    internal static Task<PortCounts> CountPortsAsync(FilteredAttachment? filtered, ConnectionPolicy? connections, TimeProvider clock, CancellationToken cancellationToken) => filtered is null
        ? Task.FromException<PortCounts>(new AgentException("nothing of the instance is in force on its host yet"))
        : Task.Run(() => Refusals.CountsOf(filtered, connections, clock), cancellationToken);

    /// <param name="standing">The instance; null when nothing of it is in force.</param>
    /// <param name="most">More connections are counted alone.</param>
    /// <param name="cancellationToken">Gives up before it begins.</param>
    internal static Task<TrackedConnections> ListConnectionsAsync(DesiredInstance? standing, int most, CancellationToken cancellationToken) => standing is null
        ? Task.FromException<TrackedConnections>(new AgentException("nothing of the instance is in force on its host yet"))
        : Task.Run(() => ConnectionTracking.Of(standing, most), cancellationToken);
}
