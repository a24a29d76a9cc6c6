using System.Collections.Immutable;
using System.Text;
using Portlight.Domain;

namespace Portlight.Nftables;

/// <summary>
/// A place where packets are filtered, and by which port set: the host side of an instance's network interface, or this machine itself.
/// An attachment with an empty port set is closed; an interface that is no attachment is none of Portlight's business.
/// </summary>
public sealed record FilteredAttachment
{
    /// <summary>The <see cref="Key"/> of the machine itself; no interface is named so.</summary>
    public const string HostKey = "";

    private const int LongestInterfaceName = 15;

    private FilteredAttachment(string key, PortSet ports)
    {
        Key = key;
        Ports = ports;
    }

    /// <summary>Which attachment this is: the interface's name, what selects it (<see cref="InterfaceSelector"/>), or <see cref="HostKey"/>.</summary>
    public string Key { get; }

    public bool IsHost => Key.Length == 0;

    /// <summary>True when it is found by a selector and its name may be any.</summary>
    public bool IsSelected => InterfaceSelector.TryParse(Key, out _);

    /// <summary>
    /// The device (ifindex) that the port set is for; null while there is none. The name alone closes: what leaves by a device of that name which is not this
    /// one is dropped, and this one is filtered by its port set under whatever name.
    /// </summary>
    public uint? Device { get; init; }

    /// <summary>The name that closes: that of the interface, or the one under which what is selected was seen last; null for none.</summary>
    public string? ClosedName { get; init; }

    /// <summary>Devices that could be meant as well and must not be open for that: nothing gets to them but what an empty port set lets in.</summary>
    public ImmutableArray<uint> ClosedDevices { get; init; } = [];

    /// <summary>
    /// The device is a port of a bridge, or there is none yet and it may become one: what leaves by it is filtered where the bridge sends it, by the table of
    /// the family bridge.
    /// </summary>
    public bool IsBridged { get; init; }

    /// <summary>
    /// Which device of that name is meant, for binding it after a boot: its hardware address, as <c>fe:54:00:aa:bb:01</c>; null when the name alone decides.
    /// </summary>
    public string? HardwareAddress { get; init; }

    /// <summary>By what connections remember the attachment. Null is nobody: no connection counts as begun by it, so no reply is let in.</summary>
    public ConnectionOwner? Owner { get; init; }

    /// <summary>What may come in; aliases are resolved already.</summary>
    public PortSet Ports { get; init; }

    /// <summary>Networks from which everything may come in (<c>attach --private</c>).</summary>
    public ImmutableArray<Cidr> PrivateSources { get; init; } = [];

    /// <summary>
    /// The lab's private IPv4 addresses of the instance, each a /32: reachable from the interfaces of the same <see cref="PeerGroup"/> and from nowhere
    /// else, whatever the port set says.
    /// </summary>
    public ImmutableArray<Cidr> PrivateAddresses { get; init; } = [];

    /// <summary>Attachments of one group reach each other's private addresses; null when the attachment is in none.</summary>
    public uint? PeerGroup { get; init; }

    /// <summary>
    /// Packets that leave this machine by an interface, forwarded or sent from here. <paramref name="device"/> is its ifindex, null while there is none of
    /// that name: then everything to it is closed.
    /// </summary>
    public static FilteredAttachment Interface(string name, uint? device, PortSet ports)
    {
        if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > LongestInterfaceName || name.AsSpan().IndexOfAny('/', ':') >= 0 || name.Any(char.IsWhiteSpace))
        {
            throw new ArgumentException($"`{name}` is not a name that an interface can have", nameof(name));
        }

        return new FilteredAttachment(name, ports) { Device = device, ClosedName = name };
    }

    /// <summary>The same by what selects the interface, whatever its name: nothing of it is in the kernel until a device is known.</summary>
    public static FilteredAttachment Selected(string selector, PortSet ports) => InterfaceSelector.TryParse(selector, out var written) && written == selector
        ? new FilteredAttachment(selector, ports)
        : throw new ArgumentException($"`{selector}` selects no interface", nameof(selector));

    /// <summary>Packets that arrive for this machine, before destination NAT.</summary>
    public static FilteredAttachment Host(PortSet ports) => new(HostKey, ports);
}
