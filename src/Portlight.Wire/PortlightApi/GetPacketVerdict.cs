using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>Asks the kernel, not what is stored, whether its sets let a packet in to an instance.</summary>
public sealed record GetPacketVerdictRequest
{
    public string? InstanceName { get; init; }

    /// <summary>The instance's region; the caller's when it is not there.</summary>
    public string? RegionName { get; init; }

    /// <summary>The instance's account; the caller's when it is not there.</summary>
    public string? AccountId { get; init; }

    /// <summary>The packet as the narrowest rule that would let it in: one port (or ICMP type and code) and one source, a whole address.</summary>
    public PortInfo? Packet { get; init; }
}

/// <summary>The answer to <see cref="GetPacketVerdictRequest"/>.</summary>
public sealed record GetPacketVerdictResponse
{
    /// <summary>False: nothing in the kernel filters what goes to the instance. Null when the kernel could not be asked.</summary>
    public bool? IsFiltered { get; init; }

    /// <summary>The sets of the kernel's table that let the packet in; none when it is dropped.</summary>
    public IReadOnlyList<string> Sets { get; init; } = [];

    /// <summary>Why the kernel could not be asked; null when it was.</summary>
    public string? Problem { get; init; }
}
