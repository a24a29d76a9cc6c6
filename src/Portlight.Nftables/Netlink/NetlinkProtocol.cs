namespace Portlight.Nftables.Netlink;

/// <summary>The netlink families that Portlight speaks (<c>linux/netlink.h</c>).</summary>
public enum NetlinkProtocol
{
    /// <summary>rtnetlink: links, addresses, routes.</summary>
    Route = 0,

    /// <summary>nfnetlink: nf_tables and conntrack.</summary>
    Netfilter = 12,
}
