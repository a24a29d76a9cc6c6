using System.Text.Json.Serialization;
using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>One instance: desired against applied. They agree when the revisions are equal; an applied revision that is absent means never.</summary>
public sealed record InstanceStatus
{
    public required string Name { get; init; }

    public string? Arn { get; init; }

    public required string RegionName { get; init; }

    public required string AccountId { get; init; }

    public required string State { get; init; }

    public Attachment? Attachment { get; init; }

    public IReadOnlyList<InstancePortState> PortStates { get; init; } = [];

    public required long DesiredRevision { get; init; }

    public long? AppliedRevision { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? AppliedAt { get; init; }

    /// <summary>When a change that nobody has confirmed is undone; absent when none waits.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? ConfirmBy { get; init; }

    /// <summary>When that change was made.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? UnconfirmedSince { get; init; }

    public string? LastError { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? LastErrorAt { get; init; }
}
