using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>Asks how many packets each rule of an instance has let in, and how many were refused, by the kernel of its host.</summary>
public sealed record GetPortCountersRequest
{
    public string? InstanceName { get; init; }
}

/// <summary>The answer to <see cref="GetPortCountersRequest"/>.</summary>
public sealed record GetPortCountersResponse
{
    /// <summary>One for each rule, in their order. Absent where the host does not count what it lets in.</summary>
    public IReadOnlyList<PortCounter>? Counters { get; init; }

    /// <summary>All packets that were refused since the instance is where it is.</summary>
    public required long RefusedPackets { get; init; }

    /// <summary>Their length, from the header of IP on.</summary>
    public required long RefusedBytes { get; init; }
}

/// <summary>What one rule has let in.</summary>
public sealed record PortCounter
{
    public required InstancePortState PortState { get; init; }

    /// <summary>Packets that it has let in since it is in the kernel as it is; those that an earlier rule lets in as well are that one's.</summary>
    public required long Packets { get; init; }

    /// <summary>Their length, from the header of IP on.</summary>
    public required long Bytes { get; init; }
}
