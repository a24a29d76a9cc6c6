namespace Portlight.Nftables.Netlink;

/// <summary>The netlink families that Portlight speaks (<c>linux/netlink.h</c>).</summary>
public enum NetlinkProtocol
{
    /// <summary>rtnetlink: links, addresses, routes.</summary>
    Route = 0,

    /// <summary>sock_diag: the sockets of the namespace.</summary>
    SocketDiagnostics = 4,

    /// <summary>nfnetlink: nf_tables and conntrack.</summary>
    Netfilter = 12,
}
