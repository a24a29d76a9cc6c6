using System.Text.Json.Serialization;

namespace Portlight.Wire.Lightsail;

/// <summary>A reserved IPv4 address; <c>attachedTo</c> is absent while it is free.</summary>
public sealed record StaticIp
{
    public required string Name { get; init; }

    public required string Arn { get; init; }

    public required string SupportCode { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset CreatedAt { get; init; }

    public required ResourceLocation Location { get; init; }

    public required string ResourceType { get; init; }

    public required string IpAddress { get; init; }

    public string? AttachedTo { get; init; }

    public required bool IsAttached { get; init; }
}
