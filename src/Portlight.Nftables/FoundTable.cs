using Portlight.Domain;
using Portlight.Nftables.Compiling;
using Portlight.Nftables.Kernel;
using Portlight.Nftables.Netlink;

namespace Portlight.Nftables;

/// <summary>A table <c>inet portlight</c> that is in the kernel, and whose it is.</summary>
/// <param name="Installation">The installation that made it; null when it does not say.</param>
/// <param name="OwnerPortId">The netlink socket that owns it at this moment (usually its process's number); null when none does.</param>
public readonly record struct FoundTable(InstallationId? Installation, uint? OwnerPortId)
{
    /// <summary>Looks at the network namespace of the calling thread: at the family inet, then at the family bridge. Null when there is none. It takes no session, which has a thread of its own.</summary>
    /// <exception cref="NetlinkException">It cannot be read: CAP_NET_ADMIN is missing, or nf_tables.</exception>
    public static FoundTable? Look()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Netfilter);
        return Read(socket);
    }

    internal static FoundTable? Read(NetlinkSocket socket)
    {
        var found = TableReader.Find(socket) is { Exists: true } inet ? inet : TableReader.Find(socket, TableFamily.Bridge);
        return found.Exists ? new FoundTable(found.Installation, found.OwnerPortId) : null;
    }
}
