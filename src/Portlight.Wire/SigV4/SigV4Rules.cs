using System.Collections.Frozen;

namespace Portlight.Wire.SigV4;

/// <summary>What a verifier accepts.</summary>
public sealed record SigV4Rules
{
    /// <summary>The signing name that the credential scope must carry.</summary>
    public required string Service { get; init; }

    /// <summary>The regions that a credential scope may name; empty means that any well-formed name will do.</summary>
    public FrozenSet<string> Regions { get; init; } = FrozenSet<string>.Empty;

    /// <summary>How far a request's time may be from ours, either way.</summary>
    public TimeSpan ClockWindow { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether <c>.</c>, <c>..</c> and doubled slashes are resolved before signing, as every service but S3 has it.</summary>
    public bool NormalizePath { get; init; } = true;

    /// <summary>Whether the session token stays outside the signature, as a few services (AWS IoT) have it.</summary>
    public bool SessionTokenIsUnsigned { get; init; }
}
