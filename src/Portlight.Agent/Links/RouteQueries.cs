using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Portlight.Domain;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Links;

/// <summary>A link, as far as anybody here asks. The namespace of its peer is a number that only this namespace knows it by; null when it is this one.</summary>
internal readonly record struct LinkRow(int Index, string Name, string? Alias, bool IsUp, bool IsLoopback, int PeerIndex, int MasterIndex, string? SlaveKind, int? PeerNamespace)
{
    /// <summary>As <c>fe:54:00:aa:bb:01</c>; null where it has none.</summary>
    internal string? HardwareAddress { get; init; }
}

/// <summary>An address of a link.</summary>
internal readonly record struct AddressRow(int Link, IPAddress Address, byte Scope);

/// <summary>A route of the main table by one link, to one address (others are of no interest).</summary>
internal readonly record struct RouteRow(int Link, IPAddress Destination);

/// <summary>What rtnetlink lists. A list that changed while it was read (NLM_F_DUMP_INTR) is read again.</summary>
internal static class RouteQueries
{
    private const ushort Request = 1;
    internal const ushort Acknowledge = 4;
    internal const ushort Dump = 0x300;
    private const uint WithoutStatistics = 8; // RTEXT_FILTER_SKIP_STATS
    private const ushort AlternativeName = 53; // IFLA_ALT_IFNAME
    private const int LongestName = 15; // IFNAMSIZ less its closing zero; an alternative name may be longer
    private const int NoSuchRoute = 3;
    private const int NotAllowed = 13;
    private const int NoSuchDevice = 19;
    private const int Invalid = 22;
    private const int Unreachable = 101;
    private const int HostUnreachable = 113;
    private const int Attempts = 10;

    /// <summary>Every veth with an alias of the namespace that the socket is of.</summary>
    internal static List<LinkRow> AliasedVeths(this NetlinkSocket socket)
    {
        var rows = new List<LinkRow>();
        socket.Ask(
            rows.Clear,
            RouteRequests.GetLink,
            Dump,
            writer =>
            {
                writer.Raw(default(RouteRequests.LinkHeader));
                writer.U32(RouteRequests.LinkExtensionMask, WithoutStatistics);
                var info = writer.BeginNested(RouteRequests.LinkKindNest);
                writer.Text(RouteRequests.LinkKind, "veth");
                writer.EndNested(info);
            },
            message =>
            {
                // Guests have veths by the thousand, and those of the lab say whose they are.
                if (message.Attributes(16).TryGet(RouteRequests.LinkAlias, out _))
                {
                    rows.Add(ReadLink(message));
                }
            });
        return rows;
    }

    /// <summary>One link by its name or an alternative one; null when there is none.</summary>
    internal static LinkRow? Link(this NetlinkSocket socket, string name) => socket.OneLink(0, writer => writer.Text(name.Length > LongestName ? AlternativeName : RouteRequests.LinkName, name));

    /// <summary>One link by number; null when there is none.</summary>
    internal static LinkRow? Link(this NetlinkSocket socket, int index) => socket.OneLink(index, _ => { });

    private static LinkRow? OneLink(this NetlinkSocket socket, int index, Action<NetlinkWriter> name)
    {
        LinkRow? row = null;
        return socket.IsThere(
            () => row = null,
            RouteRequests.GetLink,
            writer =>
            {
                writer.Raw(new RouteRequests.LinkHeader { Index = index });
                name(writer);
                writer.U32(RouteRequests.LinkExtensionMask, WithoutStatistics);
            },
            message => row = ReadLink(message),
            NoSuchDevice) ? row : null;
    }

    /// <summary>The link that packets to an address take, by the tables alone; null when there is no way.</summary>
    internal static int? LinkTowards(this NetlinkSocket socket, IPAddress destination)
    {
        int? link = null;
        var family = RouteRequests.FamilyOf(destination);
        return socket.IsThere(
            () => link = null,
            RouteRequests.GetRoute,
            writer =>
            {
                writer.Raw(new RouteRequests.RouteHeader { Family = family, DestinationLength = (byte)Cidr.Of(destination).Width, Flags = RouteRequests.RouteOfTable });
                writer.Bytes(RouteRequests.RouteDestination, destination.GetAddressBytes());
            },
            message => link = message.Attributes(12).TryGet(RouteRequests.RouteLink, out var towards) ? (int)towards.U32 : null,
            Unreachable, HostUnreachable, NotAllowed, Invalid, NoSuchRoute) ? link : null;
    }

    /// <summary>What this namespace calls another one by in <see cref="LinkRow.PeerNamespace"/>; null when it has no number for it.</summary>
    internal static int? NamespaceId(this NetlinkSocket socket, SafeFileHandle handle)
    {
        int? id = null;
        socket.Ask(
            () => id = null,
            RouteRequests.GetNamespaceId,
            Acknowledge,
            writer =>
            {
                writer.Raw([0, 0, 0, 0]); // struct rtgenmsg
                writer.U32(RouteRequests.NamespaceFile, (uint)handle.DangerousGetHandle());
            },
            message => id = message.Attributes(1).TryGet(1, out var known) && (int)known.U32 >= 0 ? (int)known.U32 : null);
        return id;
    }

    private static bool IsThere(this NetlinkSocket socket, Action restart, ushort type, Action<NetlinkWriter> body, NetlinkMessageReceiver receive, params ReadOnlySpan<int> absent)
    {
        try
        {
            socket.Ask(restart, type, Acknowledge, body, receive);
            return true;
        }
        catch (LabException exception) when (exception.InnerException is NetlinkException refusal)
        {
            if (absent.Contains(refusal.Errno))
            {
                return false;
            }

            throw;
        }
    }

    /// <summary>Every address of the namespace, of both families.</summary>
    internal static List<AddressRow> Addresses(this NetlinkSocket socket) => socket.Addresses(0, int.MaxValue);

    /// <summary>
    /// The addresses of one link (0 for all), if they are no more than so many. More is a <see cref="LabException"/>, and the socket is of no further use: the
    /// rest of the list is still in it.
    /// </summary>
    internal static List<AddressRow> Addresses(this NetlinkSocket socket, int link, int atMost)
    {
        var rows = new List<AddressRow>();
        socket.Ask(
            rows.Clear,
            RouteRequests.GetAddress,
            Dump,
            writer => writer.Raw(new RouteRequests.AddressHeader { Index = link }),
            message =>
            {
                if (rows.Count >= atMost)
                {
                    throw new LabException($"there are more than {atMost} addresses");
                }

                var header = MemoryMarshal.Read<RouteRequests.AddressHeader>(message.Payload);
                var attributes = message.Attributes(8);

                // IFA_LOCAL is the address itself, and is absent for IPv6 without a peer; IFA_ADDRESS is then the same.
                if ((link == 0 || header.Index == link) && (attributes.TryGet(2, out var address) || attributes.TryGet(1, out address)))
                {
                    rows.Add(new AddressRow(header.Index, new IPAddress(address.Value), header.Scope));
                }
            });
        return rows;
    }

    /// <summary>The routes to single addresses in the main table, of both families.</summary>
    internal static List<RouteRow> HostRoutes(this NetlinkSocket socket)
    {
        var rows = new List<RouteRow>();
        foreach (var family in new[] { RouteRequests.Ipv4, RouteRequests.Ipv6 })
        {
            var before = rows.Count;
            socket.Ask(
                () => rows.RemoveRange(before, rows.Count - before),
                RouteRequests.GetRoute,
                Dump,
                writer => writer.Raw(new RouteRequests.RouteHeader { Family = family }),
                message => ReadRoute(message, family, rows));
        }

        return rows;
    }

    private static void ReadRoute(NetlinkMessage message, byte family, List<RouteRow> rows)
    {
        var header = MemoryMarshal.Read<RouteRequests.RouteHeader>(message.Payload);
        var attributes = message.Attributes(12);
        var width = family == RouteRequests.Ipv4 ? 32 : 128;
        if (header.Family == family
            && header.Table == RouteRequests.MainTable
            && header.DestinationLength == width
            && header.Protocol == 4
            && attributes.TryGet(RouteRequests.RouteDestination, out var destination)
            && attributes.TryGet(RouteRequests.RouteLink, out var link))
        {
            rows.Add(new RouteRow((int)link.U32, new IPAddress(destination.Value)));
        }
    }

    /// <summary>What an answer or an event of the kernel says about a link (RTM_NEWLINK, RTM_DELLINK).</summary>
    internal static LinkRow ReadLink(NetlinkMessage message)
    {
        var header = MemoryMarshal.Read<RouteRequests.LinkHeader>(message.Payload);
        var row = new LinkRow(
            header.Index, "", null, (header.Flags & RouteRequests.LinkIsUp) != 0, (header.Flags & RouteRequests.LinkIsLoopback) != 0, 0, 0, null, null);
        foreach (var attribute in message.Attributes(16))
        {
            row = attribute.Type switch
            {
                RouteRequests.LinkAddress => row with { HardwareAddress = Device.Written(attribute.Value) },
                RouteRequests.LinkName => row with { Name = attribute.Text },
                RouteRequests.LinkPeerIndex => row with { PeerIndex = (int)attribute.U32 },
                RouteRequests.LinkMaster => row with { MasterIndex = (int)attribute.U32 },
                RouteRequests.LinkKindNest => row with { SlaveKind = attribute.Nested.TextOrNull(RouteRequests.LinkSlaveKind) },
                RouteRequests.LinkAlias => row with { Alias = attribute.Text },
                RouteRequests.LinkPeerNamespace => row with { PeerNamespace = (int)attribute.U32 },
                _ => row,
            };
        }

        return row;
    }

    internal static void Ask(this NetlinkSocket socket, Action restart, ushort type, ushort flags, Action<NetlinkWriter> body, NetlinkMessageReceiver receive)
    {
        using var writer = new NetlinkWriter(256);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            restart();
            writer.Clear();
            var sequence = socket.NextSequence();
            writer.BeginMessage(type, (ushort)(Request | flags), sequence);
            body(writer);
            writer.EndMessage();
            try
            {
                if (socket.Dump(writer, sequence, "cannot list links, addresses or routes", receive))
                {
                    return;
                }
            }
            catch (NetlinkException exception)
            {
                throw new LabException(exception.Message, exception);
            }
        }

        throw new LabException($"links, addresses and routes changed faster than they could be listed, {Attempts} times");
    }
}
