namespace Portlight.Wire.Lightsail;

/// <summary>Makes a key pair; the private key is in the answer and nowhere else.</summary>
public sealed record CreateKeyPairRequest
{
    public string? KeyPairName { get; init; }

    public IReadOnlyList<Tag>? Tags { get; init; }
}

/// <summary>The answer to <see cref="CreateKeyPairRequest"/>.</summary>
public sealed record CreateKeyPairResponse
{
    public required KeyPair KeyPair { get; init; }

    public required string PublicKeyBase64 { get; init; }

    public required string PrivateKeyBase64 { get; init; }

    public required Operation Operation { get; init; }
}
