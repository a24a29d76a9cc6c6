using System.Globalization;
using System.Runtime.InteropServices;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Links;

/// <summary>A network device of this namespace, as far as its packets and its identity are concerned (linux/if_link.h).</summary>
/// <param name="Index">Its number, which it keeps while it lives and which is not given again.</param>
/// <param name="Name">Its real name; alternative names lead to it and are never its name in a packet filter.</param>
/// <param name="Kind">The driver's name for it (<c>veth</c>, <c>tun</c>, <c>bridge</c>, <c>vlan</c> …); null for a network card.</param>
/// <param name="HardwareAddress">As <c>fe:54:00:aa:bb:01</c>; null where it has none.</param>
internal sealed record Device(int Index, string Name, string? Kind, string? HardwareAddress)
{
    /// <summary>The device that it is a part of (bridge, bond, team, VRF …); 0 for none.</summary>
    public int Master { get; init; }

    /// <summary>As what it is a part of <see cref="Master"/>, in its driver's word.</summary>
    public string? SlaveKind { get; init; }

    public bool IsBridgePort => Master > 0 && SlaveKind == "bridge";

    /// <summary>The device in this namespace that it is made on top of; 0 for none. The far end of a veth pair, for a veth.</summary>
    public int Lower { get; init; }

    public string? Alias { get; init; }

    public bool IsLoopback { get; init; }

    /// <summary>Made on top of another device, with an address of its own: its packets and those of the device below share one wire.</summary>
    public bool SharesWire => Kind is "macvlan" or "macvtap" or "ipvlan" or "ipvtap" or "vlan";

    /// <summary>
    /// What tells this device from a later one of the same name: its hardware address. Null where that tells nothing: a bridge takes its ports' addresses
    /// in turn, a tunnel has none.
    /// </summary>
    public string? Identity => Kind is null or "veth" or "tun" ? HardwareAddress : null;

    internal static Device Read(NetlinkMessage message)
    {
        var header = MemoryMarshal.Read<RouteRequests.LinkHeader>(message.Payload);
        string? name = null, kind = null, slaveKind = null, hardwareAddress = null, alias = null;
        var (master, lower, isLowerElsewhere) = (0, 0, false);
        foreach (var attribute in message.Attributes(16))
        {
            switch (attribute.Type)
            {
                case RouteRequests.LinkAddress: hardwareAddress = Written(attribute.Value); break;
                case RouteRequests.LinkName: name = attribute.Text; break;
                case RouteRequests.LinkPeerIndex: lower = (int)attribute.U32; break;
                case RouteRequests.LinkMaster: master = (int)attribute.U32; break;
                case RouteRequests.LinkAlias: alias = attribute.Text; break;
                // With a namespace's number the lower device is in that namespace, not here.
                case RouteRequests.LinkPeerNamespace: isLowerElsewhere = true; break;
                case RouteRequests.LinkKindNest:
                    kind = attribute.Nested.TextOrNull(RouteRequests.LinkKind);
                    slaveKind = attribute.Nested.TextOrNull(RouteRequests.LinkSlaveKind);
                    break;
            }
        }

        return new Device(header.Index, name ?? "", kind, hardwareAddress)
        {
            Master = master,
            SlaveKind = slaveKind,
            Lower = isLowerElsewhere ? 0 : lower,
            Alias = alias,
            IsLoopback = (header.Flags & RouteRequests.LinkIsLoopback) != 0,
        };
    }

    /// <summary>A hardware address as it is shown; null when it is empty or all zeros.</summary>
    internal static string? Written(ReadOnlySpan<byte> address) => address.Length == 6 && address.ContainsAnyExcept((byte)0)
        ? string.Create(CultureInfo.InvariantCulture, $"{address[0]:x2}:{address[1]:x2}:{address[2]:x2}:{address[3]:x2}:{address[4]:x2}:{address[5]:x2}")
        : null;
}
