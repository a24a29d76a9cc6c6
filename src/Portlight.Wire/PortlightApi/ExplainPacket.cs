using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>Asks whether a packet comes in to an instance, and why: by what is stored, and by what the kernel's sets say.</summary>
public sealed record ExplainPacketRequest
{
    public string? InstanceName { get; init; }

    /// <summary>The packet as the narrowest rule that would let it in: one port (or ICMP type and code) and one source, a whole address.</summary>
    public PortInfo? Packet { get; init; }
}

/// <summary>The answer to <see cref="ExplainPacketRequest"/>.</summary>
public sealed record ExplainPacketResponse
{
    /// <summary><c>open</c> or <c>closed</c>: what becomes of the packet. The kernel has the last word where it could be asked.</summary>
    public required string Verdict { get; init; }

    /// <summary>Why, a sentence each, in the order of the packet's way.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>The stored rules that let it in.</summary>
    public IReadOnlyList<InstancePortState> Rules { get; init; } = [];

    /// <summary>What the kernel's sets say; null where they do not decide about the packet: something before them lets it in, or nothing filters it.</summary>
    public KernelVerdict? Kernel { get; init; }
}

/// <summary>What the kernel's sets say of a packet.</summary>
public sealed record KernelVerdict
{
    /// <summary>False: nothing in the kernel filters what goes to the instance. Null when the kernel could not be asked.</summary>
    public bool? IsFiltered { get; init; }

    /// <summary>The sets of the kernel's table that let the packet in; none when it is dropped.</summary>
    public IReadOnlyList<string> Sets { get; init; } = [];

    /// <summary>Why the kernel could not be asked; null when it was.</summary>
    public string? Problem { get; init; }
}
