using System.Runtime.InteropServices;
using Portlight.AgentProtocol;
using Portlight.Nftables;

namespace Portlight.Agent.Inspection;

/// <summary>What the kernel has let in to one instance, and refused. What it notes of all is listed for it, so one look at a time is taken, and the others wait for their turn.</summary>
internal static class Refusals
{
    private static readonly OneLook Look = new("what this machine has counted is asked for by too many at once; ask again");

    /// <param name="filtered">Where the instance is filtered.</param>
    /// <param name="most">More sources are counted alone.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Gives up before it begins.</param>
    /// <exception cref="AgentException">The kernel cannot be asked, is asked by too many, or notes nothing of the instance.</exception>
    internal static Task<RefusedSources> OfAsync(FilteredAttachment filtered, int most, TimeProvider clock, CancellationToken cancellationToken) => Look.TakeAsync(() =>
    {
        var found = Find(filtered, clock);
        return new RefusedSources(
            found.Packets, found.Bytes,
            [.. found.Some.OrderByDescending(one => one.LastAt).Take(most).Select(Of)],
            found.Some.Length);
    }, cancellationToken);

    /// <param name="filtered">Where the instances are filtered, by their indexes.</param>
    /// <param name="most">More sources are counted alone.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Gives up before it begins.</param>
    /// <exception cref="AgentException">The kernel cannot be asked, is asked by too many, or notes nothing.</exception>
    internal static Task<RefusedOfMany> OfManyAsync(IReadOnlyList<(long Index, FilteredAttachment Filtered)> filtered, int most, TimeProvider clock, CancellationToken cancellationToken) => Look.TakeAsync(() =>
    {
        var found = KernelRefusals.FindAll([.. filtered.Select(one => one.Filtered)], clock.GetUtcNow());
        var noted = found.Count(one => one is not null);
        if (noted == 0 && filtered.Count > 0)
        {
            throw NothingNoted();
        }

        return new RefusedOfMany(
            noted,
            [
                .. filtered.Zip(found).SelectMany(pair => (pair.Second?.Some ?? []).Select(one => (pair.First.Index, Refused: one))).OrderByDescending(one => one.Refused.LastAt).Take(most)
                    .Select(one => new RefusedAt(one.Index, Of(one.Refused))),
            ],
            found.Sum(one => one?.Some.Length ?? 0));
    }, cancellationToken);

    /// <param name="filtered">Where the instance is filtered, and by what.</param>
    /// <param name="connections">What becomes of connections when ports close; null where packets are not counted.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Gives up before it begins.</param>
    /// <exception cref="AgentException">The same.</exception>
    internal static Task<PortCounts> CountsOfAsync(FilteredAttachment filtered, ConnectionPolicy? connections, TimeProvider clock, CancellationToken cancellationToken) => Look.TakeAsync(() =>
    {
        var refused = Find(filtered, clock);
        var letIn = connections is { } policy ? KernelCounters.Find(filtered, policy) : [];
        return new PortCounts(connections is not null, [.. letIn.Select(one => new PortCount(one.Protocol, one.Port, one.Source, one.Packets, one.Bytes))], refused.Packets, refused.Bytes);
    }, cancellationToken);

    private static KernelRefusals Find(FilteredAttachment filtered, TimeProvider clock) => KernelRefusals.Find(filtered, clock.GetUtcNow()) ?? throw NothingNoted();

    private static AgentException NothingNoted() => new(NftablesProbe.CanNoteRefused()
        ? "nothing filters what goes to the instance, so nothing is refused"
        : $"the kernel of this machine ({RuntimeInformation.OSDescription}) notes nothing of what it refuses; that takes Linux 5.11");

    private static RefusedSource Of(RefusedPackets one) => new(one.Source, one.Protocol, one.Port, one.Packets, one.Bytes, one.FirstAt, one.LastAt);
}
