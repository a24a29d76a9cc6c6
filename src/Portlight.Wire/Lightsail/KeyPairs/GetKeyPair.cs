namespace Portlight.Wire.Lightsail;

/// <summary>Reads one key pair.</summary>
public sealed record GetKeyPairRequest
{
    public string? KeyPairName { get; init; }
}

/// <summary>The answer to <see cref="GetKeyPairRequest"/>.</summary>
public sealed record GetKeyPairResponse
{
    public required KeyPair KeyPair { get; init; }
}
