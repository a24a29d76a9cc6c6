using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Portlight.Agent.Links;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Devices;

/// <summary>
/// The devices of this network namespace and what decides whether the packets to an attached one can be filtered by its name. Reading it takes no privilege
/// and changes nothing.
/// </summary>
/// <param name="All">Every device.</param>
/// <param name="Addresses">The machine's own addresses of global scope, by the index of the device that has them.</param>
/// <param name="DefaultRoutes">The devices by which a default route of any table leads.</param>
/// <param name="ForeignAddresses">The devices that take in packets for a hardware address besides their own: something is made on top of them, here or in another namespace.</param>
internal sealed record DeviceSurvey(
    ImmutableArray<Device> All, ImmutableArray<AddressRow> Addresses, ImmutableHashSet<int> DefaultRoutes, ImmutableHashSet<int> ForeignAddresses)
{
    private readonly Dictionary<int, Device> _byIndex = Index(All, device => device.Index);
    private readonly Dictionary<string, Device> _byName = Index(All, device => device.Name);
    private readonly ILookup<int, Device> _onTop = All.Where(device => device.SharesWire).ToLookup(device => device.Lower);
    private readonly ILookup<int, Device> _parts = All.ToLookup(device => device.Master);
    private readonly ILookup<string?, Device> _byIdentity = All.ToLookup(device => device.Identity);

    /// <summary>What can be done about ports of bridges; looked for when it is asked for, because the kernel takes ten milliseconds to say it the first time.</summary>
    public BridgeSupport Bridges { get => field ??= LookAtBridges(); init; }

    private Func<BridgeSupport> LookAtBridges { get; init; } = () => BridgeSupport.Whole;

    private const byte BridgeFamily = 7; // AF_BRIDGE
    private const byte UnicastRoute = 1;
    private const byte EntryOfDeviceItself = 2; // NTF_SELF

    internal static DeviceSurvey Take(ConnectionPolicy connections)
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        return Take(socket, connections);
    }

    /// <param name="socket">Of the namespace.</param>
    /// <param name="connections">What becomes of connections whose port closes.</param>
    /// <param name="links">The links, where they were listed just now.</param>
    internal static DeviceSurvey Take(NetlinkSocket socket, ConnectionPolicy connections, LinkListing? links = null)
    {
        var devices = (links ?? LinkListing.Take(socket)).Devices;
        return new(
            devices,
            [.. socket.Addresses().Where(row => row.Scope == RouteRequests.ScopeGlobal)],
            DefaultRoutesOf(socket),
            ForeignAddressesOf(socket, devices))
        {
            LookAtBridges = () => BridgeSupport.Look(connections),
        };
    }

    /// <summary>The device that a name leads to, by its own name or an alternative one; null when there is none.</summary>
    internal Device? Find(NetlinkSocket socket, string name) => socket.Link(name) is { } link ? ByIndex(link.Index) : null;

    internal Device? ByIndex(int index) => _byIndex.GetValueOrDefault(index);

    internal Device? ByName(string name) => _byName.GetValueOrDefault(name);

    internal IEnumerable<Device> ByIdentity(string identity) => _byIdentity[identity];

    /// <summary>The devices that a selector finds; those of the lab have ports of their own.</summary>
    internal ImmutableArray<Device> Selected(string selector)
    {
        var found = selector.StartsWith(InterfaceSelector.Mac, StringComparison.Ordinal)
            ? InterfaceSelector.HardwareAddresses(selector).Distinct().SelectMany(ByIdentity)
            : All.Where(device => device.Alias == selector[InterfaceSelector.Alias.Length..]);
        return [.. found.Where(device => !LabAlias.TryParse(device.Alias, out _))];
    }

    /// <summary>What is made on top of a device and shares its wire.</summary>
    internal IEnumerable<Device> OnTopOf(Device device) => _onTop[device.Index];

    /// <summary>The ports of a bridge, and the like.</summary>
    internal IEnumerable<Device> PartsOf(Device device) => _parts[device.Index];

    // A list that changed while it was read may have a device twice.
    private static Dictionary<TKey, Device> Index<TKey>(ImmutableArray<Device> devices, Func<Device, TKey> key)
        where TKey : notnull
    {
        var index = new Dictionary<TKey, Device>(devices.Length);
        foreach (var device in devices)
        {
            index[key(device)] = device;
        }

        return index;
    }

    private static ImmutableHashSet<int> DefaultRoutesOf(NetlinkSocket socket)
    {
        var links = ImmutableHashSet.CreateBuilder<int>();
        foreach (var family in new[] { RouteRequests.Ipv4, RouteRequests.Ipv6 })
        {
            socket.Ask(
                () => { },
                RouteRequests.GetRoute,
                RouteQueries.Dump,
                writer => writer.Raw(new RouteRequests.RouteHeader { Family = family }),
                message => ReadRoute(message, family, links));
        }

        return links.ToImmutable();
    }

    private static void ReadRoute(NetlinkMessage message, byte family, ImmutableHashSet<int>.Builder links)
    {
        var header = MemoryMarshal.Read<RouteRequests.RouteHeader>(message.Payload);
        if (header.Family != family || header.DestinationLength != 0 || header.Type != UnicastRoute)
        {
            return;
        }

        var attributes = message.Attributes(12);
        if (attributes.TryGet(4, out var link)) // RTA_OIF
        {
            links.Add((int)link.U32);
        }

        if (attributes.TryGet(9, out var hops)) // RTA_MULTIPATH: struct rtnexthop (length, flags, weight, index) and attributes, each
        {
            var rest = hops.Value;
            while (rest.Length >= 8)
            {
                links.Add(MemoryMarshal.Read<int>(rest[4..]));
                var length = (MemoryMarshal.Read<ushort>(rest) + 3) & ~3;
                rest = length < 8 || length > rest.Length ? [] : rest[length..];
            }
        }
    }

    /// <summary>
    /// A macvlan gives the device below its own hardware address to listen for, wherever it was moved afterwards: the one trace of it here. Asked of the kinds
    /// that list nothing else there.
    /// </summary>
    private static ImmutableHashSet<int> ForeignAddressesOf(NetlinkSocket socket, ImmutableArray<Device> devices)
    {
        var own = devices.Where(device => device.Kind is null or "veth" or "tun").ToDictionary(device => device.Index, device => device.HardwareAddress);
        var foreign = ImmutableHashSet.CreateBuilder<int>();
        socket.Ask(
            foreign.Clear,
            NeighbourHeader.Get,
            RouteQueries.Dump,
            writer => writer.Raw(new RouteRequests.LinkHeader { Family = BridgeFamily }),
            message =>
            {
                var entry = MemoryMarshal.Read<NeighbourHeader>(message.Payload);
                if ((entry.Flags & EntryOfDeviceItself) != 0
                    && own.TryGetValue(entry.Index, out var address)
                    && message.Attributes(12).TryGet(NeighbourHeader.LinkAddress, out var listed)
                    && listed.Value is { Length: 6 } bytes
                    && (bytes[0] & 1) == 0 // not a group's
                    && Device.Written(bytes) != address)
                {
                    foreign.Add(entry.Index);
                }
            });
        return foreign.ToImmutable();
    }
}
