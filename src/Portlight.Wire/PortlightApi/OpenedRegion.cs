using System.Text.Json.Serialization;

namespace Portlight.Wire.PortlightApi;

/// <summary>An opened region; its state is <c>setting-up</c> or <c>open</c>.</summary>
public sealed record OpenedRegion
{
    public required string Name { get; init; }

    public required string State { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset OpenedAt { get; init; }
}
