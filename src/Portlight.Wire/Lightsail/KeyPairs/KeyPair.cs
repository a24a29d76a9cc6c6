using System.Text.Json.Serialization;

namespace Portlight.Wire.Lightsail;

/// <summary>A key pair. CreateKeyPair shows neither tags nor fingerprint; the reads show both.</summary>
public sealed record KeyPair
{
    public required string Name { get; init; }

    public required string Arn { get; init; }

    public required string SupportCode { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset CreatedAt { get; init; }

    public required ResourceLocation Location { get; init; }

    public required string ResourceType { get; init; }

    public IReadOnlyList<Tag>? Tags { get; init; }

    public string? Fingerprint { get; init; }
}
