using Portlight.AgentProtocol;
using Portlight.Nftables;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Inspection;

/// <summary>What the kernel has refused to let in to one instance. What it notes of all is listed for it, so one look at a time is taken.</summary>
internal static class Refusals
{
    private static readonly Lock OneLook = new();

    /// <param name="filtered">Where the instance is filtered.</param>
    /// <param name="most">More sources are counted alone.</param>
    /// <param name="clock">The time.</param>
    /// <exception cref="AgentException">The kernel cannot be asked, is being asked already, or notes nothing of the instance.</exception>
    internal static RefusedSources Of(FilteredAttachment filtered, int most, TimeProvider clock)
    {
        if (!OneLook.TryEnter())
        {
            throw new AgentException("what this machine has refused is being listed already; ask again");
        }

        try
        {
            var found = KernelRefusals.Find(filtered, clock.GetUtcNow()) ?? throw new AgentException(HostCheck.CanNoteRefused
                ? "nothing filters what goes to the instance, so nothing is refused"
                : $"this machine's kernel is {HostCheck.KernelRelease} and notes nothing of what it refuses; that takes Linux 5.11");
            return new RefusedSources(
                found.Packets, found.Bytes,
                [.. found.Some.OrderByDescending(one => one.LastAt).Take(most).Select(one => new RefusedSource(one.Source, one.Protocol, one.Port, one.Packets, one.Bytes, one.FirstAt, one.LastAt))],
                found.Some.Length);
        }
        catch (NetlinkException exception)
        {
            throw new AgentException(exception.Message, exception);
        }
        finally
        {
            OneLook.Exit();
        }
    }
}
