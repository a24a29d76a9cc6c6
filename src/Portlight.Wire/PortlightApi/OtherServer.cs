using System.Text.Json.Serialization;

namespace Portlight.Wire.PortlightApi;

/// <summary>A server that shares the database of the one that was asked.</summary>
public sealed record OtherServer
{
    /// <summary>Where agents reach it; null where it takes none.</summary>
    public string? AgentAddress { get; init; }

    /// <summary>False: it has said nothing for some seconds. It was stopped, has died, or does not reach the database.</summary>
    public required bool IsThere { get; init; }

    /// <summary>When it said last that it is there, by its own clock.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset LastSeenAt { get; init; }
}
