namespace Portlight.Wire.Lightsail;

/// <summary>Reads the key pairs of the region.</summary>
public sealed record GetKeyPairsRequest
{
    public string? PageToken { get; init; }

    public bool? IncludeDefaultKeyPair { get; init; }
}

/// <summary>The answer to <see cref="GetKeyPairsRequest"/>.</summary>
public sealed record GetKeyPairsResponse
{
    public required IReadOnlyList<KeyPair> KeyPairs { get; init; }

    public string? NextPageToken { get; init; }
}
