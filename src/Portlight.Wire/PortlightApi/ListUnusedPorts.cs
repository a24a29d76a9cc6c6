using System.Text.Json.Serialization;
using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>Asks which rules have let in nothing for some days, over all instances of the account and region.</summary>
public sealed record ListUnusedPortsRequest
{
    /// <summary>For how many days, 1 to 365; 30 if it is not there.</summary>
    public int? Days { get; init; }

    /// <summary>Only of instances that have all of these tags; one without a value: whatever its value is.</summary>
    public IReadOnlyList<Tag?>? Tags { get; init; }

    /// <summary>At most so many, 1 to 1,000; 200 if it is not there.</summary>
    public int? MaxResults { get; init; }
}

/// <summary>The answer to <see cref="ListUnusedPortsRequest"/>. Each rule of the instances is in one of four numbers: unused, used, not counted long enough, not known.</summary>
public sealed record ListUnusedPortsResponse
{
    /// <summary>Rules that were counted for as long and let nothing in; those that were used longest ago come first.</summary>
    public required IReadOnlyList<UnusedPort> Ports { get; init; }

    /// <summary>How many rules that is.</summary>
    public required int Total { get; init; }

    /// <summary>Rules that have let something in meanwhile.</summary>
    public required int Used { get; init; }

    /// <summary>Rules that have let in nothing, and are counted for a shorter time.</summary>
    public required int CountedTooShortly { get; init; }

    /// <summary>Since when the first of these is counted; absent where there is none.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? FirstCountedSince { get; init; }

    /// <summary>Rules of which nothing is known: of the instances in <see cref="Unknown"/>, those that were not looked at yet, and those that others cover.</summary>
    public required int NotKnown { get; init; }

    /// <summary>Hosts that did not tell, and why.</summary>
    public required IReadOnlyList<UnknownHost> Unknown { get; init; }
}

/// <summary>A rule that has let in nothing for as long as was asked.</summary>
public sealed record UnusedPort
{
    public required string InstanceName { get; init; }

    public required InstancePortState PortState { get; init; }

    /// <summary>Since when all that it opens is counted.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset CountedSince { get; init; }

    /// <summary>When it was found last that it had let something in; absent where that never was.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? LastUsedAt { get; init; }
}
