namespace Portlight.Nftables.Compiling;

/// <summary>The numbers that packets and the kernel know families, protocols, devices and routes by.</summary>
internal static class PacketNumbers
{
    // linux/netfilter.h, NFPROTO_…
    internal const byte Ipv4 = 2;
    internal const byte Ipv6 = 10;

    // linux/if_ether.h, ETH_P_…: what a frame says that it carries.
    internal const ushort EtherIpv4 = 0x0800;
    internal const ushort EtherIpv6 = 0x86dd;
    internal const ushort EtherArp = 0x0806;

    // linux/in.h, IPPROTO_…
    internal const byte Icmp = 1;
    internal const byte Tcp = 6;
    internal const byte Udp = 17;
    internal const byte Icmpv6 = 58;

    /// <summary>The device that every network namespace has first.</summary>
    internal const uint LoopbackDevice = 1;

    // linux/rtnetlink.h, RTN_…
    internal const uint UnicastRoute = 1;
    internal const uint LocalRoute = 2;
}
