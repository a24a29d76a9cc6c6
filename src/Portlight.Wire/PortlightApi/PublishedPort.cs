namespace Portlight.Wire.PortlightApi;

/// <summary>
/// Ports of the machine that somebody's NAT rules send elsewhere, as container engines publish them, and whether the world can reach them before and after an
/// attach. The protocol is <c>tcp</c>, <c>udp</c>, <c>all</c> or a number of IANA's.
/// </summary>
public sealed record PublishedPort
{
    public required string Protocol { get; init; }

    public required int FromPort { get; init; }

    public required int ToPort { get; init; }

    /// <summary>Where to; null when the rule has no fixed target.</summary>
    public string? Target { get; init; }

    public required bool IsOpenBefore { get; init; }

    public required bool IsOpenAfter { get; init; }
}
