namespace Portlight.Wire.PortlightApi;

/// <summary>Has the agent of a host look for guests of libvirt, Proxmox, Incus, LXD and Docker. An offer: nothing is attached by it.</summary>
public sealed record DiscoverGuestsRequest
{
    /// <summary>The host; the server's own machine when it is not given.</summary>
    public string? HostName { get; init; }
}

/// <summary>The answer to <see cref="DiscoverGuestsRequest"/>. Names are what providers say, without control characters.</summary>
public sealed record DiscoverGuestsResponse
{
    public required string HostName { get; init; }

    public required IReadOnlyList<Guest> Guests { get; init; }

    /// <summary>What could not be read and why, each in a sentence.</summary>
    public required IReadOnlyList<string> Unseen { get; init; }
}

/// <summary>A virtual machine or a container.</summary>
public sealed record Guest
{
    /// <summary><c>libvirt</c>, <c>proxmox</c>, <c>incus</c>, <c>lxd</c>, <c>docker</c>; <c>device</c> for an interface that none of them tells of.</summary>
    public required string Provider { get; init; }

    public required string Name { get; init; }

    public required bool IsRunning { get; init; }

    public required IReadOnlyList<GuestCard> Cards { get; init; }
}

/// <summary>A network card of a guest.</summary>
public sealed record GuestCard
{
    public required string Name { get; init; }

    /// <summary>The interface of the host behind which it is; absent while there is none, or nobody tells.</summary>
    public string? InterfaceName { get; init; }

    /// <summary>The guest's own.</summary>
    public string? HardwareAddress { get; init; }

    /// <summary>The bridge that it is a port of, or is to be.</summary>
    public string? Bridge { get; init; }

    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>What to give AttachInstance for its <c>selector</c>; absent where nothing of the host leads to it.</summary>
    public string? Selector { get; init; }

    /// <summary>Why its packets cannot be filtered as it is.</summary>
    public string? Problem { get; init; }

    /// <summary>What should be known before it is attached.</summary>
    public string? Hint { get; init; }

    /// <summary>The instance that it is attached as; absent when it is not.</summary>
    public string? AttachedAs { get; init; }
}
