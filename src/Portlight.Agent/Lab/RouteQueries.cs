using System.Net;
using System.Runtime.InteropServices;
using Portlight.Agent.Devices;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Lab;

/// <summary>A link, as far as anybody here asks.</summary>
internal readonly record struct LinkRow(int Index, string Name, string? Alias, bool IsUp, bool IsLoopback, int PeerIndex, int MasterIndex, string? SlaveKind)
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
    private const int NoSuchDevice = 19;
    private const int Attempts = 10;

    /// <summary>Every veth of the namespace that the socket is of.</summary>
    internal static List<LinkRow> VethLinks(this NetlinkSocket socket)
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
            message => rows.Add(ReadLink(message)));
        return rows;
    }

    /// <summary>One link by its name or an alternative one; null when there is none.</summary>
    internal static LinkRow? Link(this NetlinkSocket socket, string name)
    {
        LinkRow? row = null;
        try
        {
            socket.Ask(
                () => row = null,
                RouteRequests.GetLink,
                Acknowledge,
                writer =>
                {
                    writer.Raw(default(RouteRequests.LinkHeader));
                    writer.Text(name.Length > LongestName ? AlternativeName : RouteRequests.LinkName, name);
                    writer.U32(RouteRequests.LinkExtensionMask, WithoutStatistics);
                },
                message => row = ReadLink(message));
        }
        catch (LabException exception) when (exception.InnerException is NetlinkException { Errno: NoSuchDevice })
        {
            return null;
        }

        return row;
    }

    /// <summary>Every address of the namespace, of both families.</summary>
    internal static List<AddressRow> Addresses(this NetlinkSocket socket)
    {
        var rows = new List<AddressRow>();
        socket.Ask(
            rows.Clear,
            RouteRequests.GetAddress,
            Dump,
            writer => writer.Raw(default(RouteRequests.AddressHeader)),
            message =>
            {
                var header = MemoryMarshal.Read<RouteRequests.AddressHeader>(message.Payload);
                var attributes = message.Attributes(8);

                // IFA_LOCAL is the address itself, and is absent for IPv6 without a peer; IFA_ADDRESS is then the same.
                if (attributes.TryGet(2, out var address) || attributes.TryGet(1, out address))
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
        var attributes = message.Attributes(16);
        var slaveKind = attributes.TryGet(RouteRequests.LinkKindNest, out var info) ? info.Nested.TextOrNull(RouteRequests.LinkSlaveKind) : null;
        return new LinkRow(
            header.Index,
            attributes.TextOrNull(RouteRequests.LinkName) ?? "",
            attributes.TextOrNull(RouteRequests.LinkAlias),
            (header.Flags & RouteRequests.LinkIsUp) != 0,
            (header.Flags & RouteRequests.LinkIsLoopback) != 0,
            attributes.TryGet(RouteRequests.LinkPeerIndex, out var peer) ? (int)peer.U32 : 0,
            attributes.TryGet(RouteRequests.LinkMaster, out var master) ? (int)master.U32 : 0,
            slaveKind)
        {
            HardwareAddress = attributes.TryGet(1, out var address) ? Device.Written(address.Value) : null, // IFLA_ADDRESS
        };
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
