using System.Text.Json.Serialization;

namespace Portlight.Wire.PortlightApi;

/// <summary>An account; its state is <c>setting-up</c>, <c>active</c> or <c>closed</c>.</summary>
public sealed record Account
{
    public required string AccountId { get; init; }

    public required string State { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset CreatedAt { get; init; }
}
