using Portlight.Agent.Enforcement;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Inspection;

/// <summary>What the kernel says of instances that stand, beside any change.</summary>
/// <param name="enforcer">Knows what stands.</param>
/// <param name="gate">Held while it is asked.</param>
/// <param name="counted">What becomes of connections when ports close; null where packets are not counted.</param>
/// <param name="clock">The time.</param>
internal sealed class KernelQuestions(Enforcer enforcer, Lock gate, ConnectionPolicy? counted, TimeProvider clock)
{
    internal Task<PacketVerdict> AskAsync(long index, PortKey packet, Cidr source)
    {
        try
        {
            var found = Standing(enforcer.Filtered, index) is { } filtered ? KernelOpenings.Find(filtered, packet, source) : new KernelOpenings(false, []);
            return Task.FromResult(new PacketVerdict(found.IsFiltered, found.Sets));
        }
        catch (NetlinkException exception)
        {
            return Task.FromException<PacketVerdict>(new AgentException(exception.Message, exception));
        }
    }

    internal Task<RefusedSources> ListRefusalsAsync(long index, int most, CancellationToken cancellationToken) =>
        LookAsync(Standing(enforcer.Filtered, index), filtered => Refusals.OfAsync(filtered, most, clock, cancellationToken));

    internal Task<RefusedOfMany> ListRefusalsOfManyAsync(IReadOnlyList<long> indexes, int most, CancellationToken cancellationToken)
    {
        List<(long, FilteredAttachment)> standing;
        lock (gate)
        {
            standing = enforcer.FilteredOf(indexes);
        }

        return Refusals.OfManyAsync(standing, most, clock, cancellationToken);
    }

    internal Task<PortCounts> CountPortsAsync(long index, CancellationToken cancellationToken) =>
        LookAsync(Standing(enforcer.Filtered, index), filtered => Refusals.CountsOfAsync(filtered, counted, clock, cancellationToken));

    internal Task<TrackedConnections> ListConnectionsAsync(long index, int most, CancellationToken cancellationToken) =>
        LookAsync(Standing(enforcer.Standing, index), standing => ConnectionTracking.OfAsync(standing, most, cancellationToken));

    private static Task<TAnswer> LookAsync<TStanding, TAnswer>(TStanding? standing, Func<TStanding, Task<TAnswer>> look)
        where TStanding : class => standing is null
        ? Task.FromException<TAnswer>(new AgentException("nothing of the instance is in force on its host yet"))
        : look(standing);

    private T? Standing<T>(Func<long, T?> find, long index)
        where T : class
    {
        lock (gate)
        {
            return find(index);
        }
    }
}
