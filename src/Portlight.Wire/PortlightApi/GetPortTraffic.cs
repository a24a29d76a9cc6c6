using System.Text.Json.Serialization;
using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>Asks how many packets each rule of an instance has let in over the last 24 hours, and how many were refused, as its host remembers it.</summary>
public sealed record GetPortTrafficRequest
{
    public string? InstanceName { get; init; }
}

/// <summary>The answer to <see cref="GetPortTrafficRequest"/>. Each list of packets has one number for each step; null where nobody counted.</summary>
public sealed record GetPortTrafficResponse
{
    /// <summary>When the first step began.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset Begin { get; init; }

    /// <summary>How long each step is: a quarter of an hour.</summary>
    public required int StepSeconds { get; init; }

    /// <summary>One for each rule; absent where the host does not count what it lets in.</summary>
    public IReadOnlyList<RuleTraffic>? Rules { get; init; }

    /// <summary>Packets that were refused.</summary>
    public required IReadOnlyList<long?> Refused { get; init; }
}

/// <summary>What a rule has let in.</summary>
public sealed record RuleTraffic
{
    public required InstancePortState PortState { get; init; }

    /// <summary>Since when all that it opens is counted; absent where something of it is not.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? CountedSince { get; init; }

    /// <summary>When it was found last that it had let something in; absent where that never was.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? LastUsedAt { get; init; }

    public required IReadOnlyList<long?> Packets { get; init; }
}
