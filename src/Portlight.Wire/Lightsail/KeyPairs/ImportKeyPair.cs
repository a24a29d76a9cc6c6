namespace Portlight.Wire.Lightsail;

/// <summary>Imports an OpenSSH public key; the member holds its text, whatever its name says.</summary>
public sealed record ImportKeyPairRequest
{
    public string? KeyPairName { get; init; }

    public string? PublicKeyBase64 { get; init; }
}

/// <summary>The answer to <see cref="ImportKeyPairRequest"/>.</summary>
public sealed record ImportKeyPairResponse
{
    public required Operation Operation { get; init; }
}
