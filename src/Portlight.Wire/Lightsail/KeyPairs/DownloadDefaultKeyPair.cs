using System.Text.Json.Serialization;

namespace Portlight.Wire.Lightsail;

/// <summary>Reads the region's default key pair.</summary>
public sealed record DownloadDefaultKeyPairRequest;

/// <summary>The answer to <see cref="DownloadDefaultKeyPairRequest"/>.</summary>
public sealed record DownloadDefaultKeyPairResponse
{
    public required string PublicKeyBase64 { get; init; }

    public required string PrivateKeyBase64 { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset CreatedAt { get; init; }
}
