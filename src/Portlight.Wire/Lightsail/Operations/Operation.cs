using System.Text.Json.Serialization;

namespace Portlight.Wire.Lightsail;

/// <summary>The record of one change to one resource. Types go beyond the service model's enumeration on the real wire, so they are text.</summary>
public sealed record Operation
{
    public required string Id { get; init; }

    public required string ResourceName { get; init; }

    public required string ResourceType { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset CreatedAt { get; init; }

    public required ResourceLocation Location { get; init; }

    public required bool IsTerminal { get; init; }

    public string? OperationDetails { get; init; }

    public required string OperationType { get; init; }

    public required string Status { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset StatusChangedAt { get; init; }

    public string? ErrorCode { get; init; }

    public string? ErrorDetails { get; init; }
}
