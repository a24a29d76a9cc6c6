using System.Collections.Immutable;
using System.Net;

namespace Portlight.AgentProtocol;

/// <summary>The guests that a machine's providers tell of, as an offer: nothing of it is attached. Texts are others' and may say anything.</summary>
/// <param name="Guests">In order of provider and name.</param>
/// <param name="Unseen">What could not be read and why, each in a sentence for the operator.</param>
public sealed record Discovery(ImmutableArray<DiscoveredGuest> Guests, ImmutableArray<string> Unseen);

/// <summary>A virtual machine or a container.</summary>
/// <param name="Provider"><c>libvirt</c>, <c>proxmox</c>, <c>incus</c>, <c>lxd</c>, <c>docker</c>; <c>device</c> for an interface that none of them tells of.</param>
/// <param name="Name">What its provider calls it.</param>
/// <param name="IsRunning">Whether it runs now.</param>
/// <param name="Cards">Its network cards.</param>
public sealed record DiscoveredGuest(string Provider, string Name, bool IsRunning, ImmutableArray<GuestCard> Cards);

/// <summary>A network card of a guest.</summary>
/// <param name="Name">What its provider calls it, as <c>net0</c>.</param>
public sealed record GuestCard(string Name)
{
    /// <summary>The interface of the machine behind which it is; null while there is none, or nobody tells.</summary>
    public string? Interface { get; init; }

    /// <summary>The guest's own hardware address, as <c>52:54:00:aa:bb:01</c>.</summary>
    public string? HardwareAddress { get; init; }

    /// <summary>The bridge that it is a port of, or is to be.</summary>
    public string? Bridge { get; init; }

    /// <summary>Addresses that its provider or this machine's neighbour tables tell.</summary>
    public ImmutableArray<IPAddress> Addresses { get; init; } = [];

    /// <summary>By what to attach it: <c>mac:</c>, <c>alias:</c> or <c>name:</c>; null where nothing of this machine does.</summary>
    public string? Selector { get; init; }

    /// <summary>Why its packets cannot be filtered as it is, and what to use instead; null when they can, or that is not known before it runs.</summary>
    public string? Problem { get; init; }

    /// <summary>What should be known before it is attached; null for nothing.</summary>
    public string? Hint { get; init; }
}
