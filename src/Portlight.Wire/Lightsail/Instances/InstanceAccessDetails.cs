using System.Text.Json.Serialization;

namespace Portlight.Wire.Lightsail;

/// <summary>What is needed to log in to an instance.</summary>
public sealed record InstanceAccessDetails
{
    public string? CertKey { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? ExpiresAt { get; init; }

    public string? IpAddress { get; init; }

    public IReadOnlyList<string> Ipv6Addresses { get; init; } = [];

    public string? Password { get; init; }

    public PasswordData? PasswordData { get; init; }

    public string? PrivateKey { get; init; }

    public required string Protocol { get; init; }

    public required string InstanceName { get; init; }

    public required string Username { get; init; }

    public IReadOnlyList<HostKeyAttributes> HostKeys { get; init; } = [];
}

/// <summary>The encrypted Windows password and the key pair that decrypts it.</summary>
public sealed record PasswordData
{
    public string? Ciphertext { get; init; }

    public string? KeyPairName { get; init; }
}

/// <summary>One SSH host key of an instance.</summary>
public sealed record HostKeyAttributes
{
    public required string Algorithm { get; init; }

    public required string PublicKey { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? WitnessedAt { get; init; }

    public string? FingerprintSHA1 { get; init; }

    public string? FingerprintSHA256 { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? NotValidBefore { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? NotValidAfter { get; init; }
}
