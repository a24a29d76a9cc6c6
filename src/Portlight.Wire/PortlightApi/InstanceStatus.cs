using System.Text.Json.Serialization;
using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>
/// One instance: desired against applied. They agree when the revisions are equal and <see cref="NotFiltered"/> is absent; an applied revision that is absent
/// means that no port set of the instance is in force.
/// </summary>
public sealed record InstanceStatus
{
    public required string Name { get; init; }

    public string? Arn { get; init; }

    public required string RegionName { get; init; }

    public required string AccountId { get; init; }

    public required string State { get; init; }

    /// <summary>Public addresses, IPv4 first.</summary>
    public IReadOnlyList<string> IpAddresses { get; init; } = [];

    /// <summary>The static IP that is its IPv4 address; absent where that goes when it is stopped.</summary>
    public string? StaticIpName { get; init; }

    public IReadOnlyList<Tag>? Tags { get; init; }

    public string? PrivateIpAddress { get; init; }

    public Attachment? Attachment { get; init; }

    public IReadOnlyList<InstancePortState> PortStates { get; init; } = [];

    /// <summary>What of them is closed at a time; absent where nothing is.</summary>
    public IReadOnlyList<ExpiringPort>? Expiring { get; init; }

    public required long DesiredRevision { get; init; }

    public long? AppliedRevision { get; init; }

    /// <summary>Since when the host of the instance is away: what is applied is what was then. Absent while it is not.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? StaleSince { get; init; }

    /// <summary>Why packets of the instance are not filtered by its ports, or not all of them; absent when they are.</summary>
    public string? NotFiltered { get; init; }

    /// <summary>What should be known though the ports are in force, as "waits for the interface `vnet0`".</summary>
    public string? Note { get; init; }

    /// <summary>Since when the kernel has the applied revision, as this server has seen it; absent of what stood before it was started, and where another server has the host's agent.</summary>
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
