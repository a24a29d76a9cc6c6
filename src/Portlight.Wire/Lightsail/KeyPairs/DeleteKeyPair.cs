namespace Portlight.Wire.Lightsail;

/// <summary>Deletes a key pair.</summary>
public sealed record DeleteKeyPairRequest
{
    public string? KeyPairName { get; init; }

    public string? ExpectedFingerprint { get; init; }
}

/// <summary>The answer to <see cref="DeleteKeyPairRequest"/>.</summary>
public sealed record DeleteKeyPairResponse
{
    public required Operation Operation { get; init; }
}
