using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Links;

/// <summary>The rtnetlink requests that a lab needs, as they are laid out in <c>linux/if_link.h</c>, <c>linux/if_addr.h</c> and <c>linux/rtnetlink.h</c>.</summary>
internal static class RouteRequests
{
    internal const ushort NewLink = 16;
    internal const ushort DeleteLink = 17;
    internal const ushort GetLink = 18;
    internal const ushort NewAddress = 20;
    internal const ushort DeleteAddress = 21;
    internal const ushort GetAddress = 22;
    internal const ushort NewRoute = 24;
    internal const ushort DeleteRoute = 25;
    internal const ushort GetRoute = 26;
    internal const ushort GetNamespaceId = 90;

    internal const byte Ipv4 = 2;
    internal const byte Ipv6 = 10;
    internal const uint LinkIsUp = 1;
    internal const uint LinkIsLoopback = 8;
    internal const byte ScopeGlobal = 0;
    internal const byte ScopeLink = 253;
    internal const byte MainTable = 254;

    internal const ushort LinkAddress = 1;
    internal const ushort LinkName = 3;
    internal const ushort LinkPeerIndex = 5;
    internal const ushort LinkMaster = 10;
    internal const ushort LinkKindNest = 18;
    internal const ushort LinkAlias = 20;
    internal const ushort LinkGroup = 27;
    internal const ushort LinkExtensionMask = 29;
    internal const ushort LinkPeerNamespace = 37;
    internal const ushort NamespaceFile = 3;
    internal const uint RouteOfTable = 0x2000; // RTM_F_FIB_MATCH
    internal const ushort LinkKind = 1;
    internal const ushort LinkSlaveKind = 4;
    internal const ushort RouteDestination = 1;
    internal const ushort RouteLink = 4;
    internal const byte Unicast = 1;

    private const ushort Replace = 0x100;
    private const ushort Exclusive = 0x200;
    private const ushort Create = 0x400;
    private const int NoSuchRoute = 3;
    private const int NoSuchAddress = 99;
    private const int NoSuchDevice = 19;

    [StructLayout(LayoutKind.Sequential)]
    internal struct LinkHeader
    {
        public byte Family;
        public byte Padding;
        public ushort Type;
        public int Index;
        public uint Flags;
        public uint Change;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct AddressHeader
    {
        public byte Family;
        public byte PrefixLength;
        public byte Flags;
        public byte Scope;
        public int Index;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct RouteHeader
    {
        public byte Family;
        public byte DestinationLength;
        public byte SourceLength;
        public byte Tos;
        public byte Table;
        public byte Protocol;
        public byte Scope;
        public byte Type;
        public uint Flags;
    }

    /// <summary>A veth pair: one end here and down, the other as <paramref name="peerName"/> in the namespace.</summary>
    internal static void CreateVeth(this RouteBatch batch, string name, string peerName, SafeFileHandle peerNamespace)
    {
        batch.Begin(NewLink, Create | Exclusive, $"cannot make the link `{name}`");
        batch.Writer.Raw(default(LinkHeader));
        batch.Writer.Text(LinkName, name);
        var info = batch.Writer.BeginNested(LinkKindNest);
        batch.Writer.Text(LinkKind, "veth");
        var data = batch.Writer.BeginNested(2); // IFLA_INFO_DATA
        var peer = batch.Writer.BeginNested(1); // VETH_INFO_PEER: a link header, then attributes
        batch.Writer.Raw(default(LinkHeader));
        batch.Writer.Text(LinkName, peerName);
        batch.Writer.U32(28, (uint)peerNamespace.DangerousGetHandle()); // IFLA_NET_NS_FD
        batch.Writer.EndNested(peer);
        batch.Writer.EndNested(data);
        batch.Writer.EndNested(info);
        batch.End();
    }

    /// <summary>Gives a link its alias.</summary>
    internal static void SetAlias(this RouteBatch batch, string name, string alias)
    {
        batch.Begin(NewLink, 0, $"cannot mark the link `{name}`");
        batch.Writer.Raw(default(LinkHeader));
        batch.Writer.Text(LinkName, name);
        batch.Writer.Bytes(LinkAlias, System.Text.Encoding.UTF8.GetBytes(alias));
        batch.End();
    }

    /// <summary>No link-local address made by the kernel (IN6_ADDR_GEN_MODE_NONE): ours is chosen, so that it needs no duplicate detection.</summary>
    internal static void NoGeneratedAddress(this RouteBatch batch, string name)
    {
        batch.Begin(NewLink, 0, $"cannot set up IPv6 on the link `{name}`");
        batch.Writer.Raw(default(LinkHeader));
        batch.Writer.Text(LinkName, name);
        var families = batch.Writer.BeginNested(26); // IFLA_AF_SPEC
        var ipv6 = batch.Writer.BeginNested(Ipv6);
        batch.Writer.U8(8, 1); // IFLA_INET6_ADDR_GEN_MODE
        batch.Writer.EndNested(ipv6);
        batch.Writer.EndNested(families);
        batch.End();
    }

    internal static void SetLink(this RouteBatch batch, string name, bool up)
    {
        batch.Begin(NewLink, 0, $"cannot take the link `{name}` {(up ? "up" : "down")}", up ? 0 : NoSuchDevice);
        batch.Writer.Raw(new LinkHeader { Flags = up ? LinkIsUp : 0, Change = LinkIsUp });
        batch.Writer.Text(LinkName, name);
        batch.End();
    }

    internal static void SetDown(this RouteBatch batch, int link)
    {
        batch.Begin(NewLink, 0, "cannot take a link down", NoSuchDevice);
        batch.Writer.Raw(new LinkHeader { Index = link, Change = LinkIsUp });
        batch.End();
    }

    internal static void Rename(this RouteBatch batch, int link, string name)
    {
        batch.Begin(NewLink, 0, $"cannot give a link the name `{name}`");
        batch.Writer.Raw(new LinkHeader { Index = link });
        batch.Writer.Text(LinkName, name);
        batch.End();
    }

    /// <summary>Puts a link into a group; one that is gone is in none.</summary>
    internal static void SetGroup(this RouteBatch batch, int link, uint group)
    {
        batch.Begin(NewLink, 0, "cannot set the group of a link", NoSuchDevice);
        batch.Writer.Raw(new LinkHeader { Index = link });
        batch.Writer.U32(LinkGroup, group);
        batch.End();
    }

    /// <summary>Removes every link of a group.</summary>
    internal static void RemoveGroup(this RouteBatch batch, uint group)
    {
        batch.Begin(DeleteLink, 0, "cannot remove links", NoSuchDevice);
        batch.Writer.Raw(default(LinkHeader));
        batch.Writer.U32(LinkGroup, group);
        batch.End();
    }

    internal static void AddAddress(this RouteBatch batch, int link, IPAddress address, int prefixLength, byte scope)
    {
        batch.Begin(NewAddress, Create | Replace, $"cannot give the address {address}");
        WriteAddress(batch.Writer, link, address, prefixLength, scope);
        batch.Writer.U32(8, address.AddressFamily == AddressFamily.InterNetworkV6 ? 2u : 0); // IFA_FLAGS, IFA_F_NODAD
        batch.End();
    }

    internal static void RemoveAddress(this RouteBatch batch, int link, IPAddress address, int prefixLength)
    {
        batch.Begin(DeleteAddress, 0, $"cannot take away the address {address}", NoSuchAddress);
        WriteAddress(batch.Writer, link, address, prefixLength, ScopeGlobal);
        batch.End();
    }

    /// <summary>A route by a link, replacing what leads to that destination by it.</summary>
    /// <param name="batch">Where it goes.</param>
    /// <param name="link">The link it leads by.</param>
    /// <param name="destination">The destination; null for the default route.</param>
    /// <param name="prefixLength">How much of the destination counts.</param>
    /// <param name="gateway">The next hop, which need not be in any subnet of the link (onlink); null for a destination on the link itself.</param>
    /// <param name="family">Of the route; a default route has no destination to tell.</param>
    /// <param name="source">The source that packets get which have none yet.</param>
    internal static void AddRoute(this RouteBatch batch, int link, byte family, IPAddress? destination, int prefixLength, IPAddress? gateway, IPAddress? source)
    {
        batch.Begin(NewRoute, Create | Replace, $"cannot set the route to {destination?.ToString() ?? "everywhere"}");
        WriteRoute(batch.Writer, link, family, destination, prefixLength, gateway, source);
        batch.End();
    }

    internal static void RemoveRoute(this RouteBatch batch, int link, IPAddress destination)
    {
        batch.Begin(DeleteRoute, 0, $"cannot remove the route to {destination}", NoSuchRoute);
        var family = FamilyOf(destination);
        WriteRoute(batch.Writer, link, family, destination, family == Ipv4 ? 32 : 128, null, null);
        batch.End();
    }

    internal static byte FamilyOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? Ipv4 : Ipv6;

    private static void WriteAddress(NetlinkWriter writer, int link, IPAddress address, int prefixLength, byte scope)
    {
        writer.Raw(new AddressHeader { Family = FamilyOf(address), PrefixLength = (byte)prefixLength, Scope = scope, Index = link });
        var bytes = address.GetAddressBytes();
        writer.Bytes(2, bytes); // IFA_LOCAL
        writer.Bytes(1, bytes); // IFA_ADDRESS
    }

    private static void WriteRoute(NetlinkWriter writer, int link, byte family, IPAddress? destination, int prefixLength, IPAddress? gateway, IPAddress? source)
    {
        writer.Raw(new RouteHeader
        {
            Family = family,
            DestinationLength = (byte)(destination is null ? 0 : prefixLength),
            Table = MainTable,
            Protocol = 4, // RTPROT_STATIC
            Scope = ScopeGlobal,
            Type = Unicast,
            Flags = gateway is null ? 0 : 4u, // RTNH_F_ONLINK
        });
        if (destination is not null)
        {
            writer.Bytes(RouteDestination, destination.GetAddressBytes());
        }

        writer.U32(RouteLink, (uint)link);
        if (gateway is not null)
        {
            writer.Bytes(5, gateway.GetAddressBytes()); // RTA_GATEWAY
        }

        if (source is not null)
        {
            writer.Bytes(7, source.GetAddressBytes()); // RTA_PREFSRC
        }
    }
}
