namespace Portlight.Wire.PortlightApi;

/// <summary>
/// Replaces the authority for the certificates of hosts. <c>begin</c>: another one is made, told to all hosts, and signs what they show from then on; each renews its certificate by it when it is connected. <c>finish</c>:
/// the former one is trusted no more, which is refused as long as a host has no certificate of the new one. Without a step: how far it is.
/// </summary>
public sealed record RotateHostAuthorityRequest
{
    public string? Step { get; init; }
}

/// <summary>The answer to <see cref="RotateHostAuthorityRequest"/>.</summary>
public sealed record RotateHostAuthorityResponse
{
    /// <summary>There are two authorities.</summary>
    public required bool IsReplacing { get; init; }

    /// <summary>The hosts that show a certificate of the former one.</summary>
    public required IReadOnlyList<string> WaitsFor { get; init; }
}
