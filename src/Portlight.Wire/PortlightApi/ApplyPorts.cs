using System.Text.Json.Serialization;
using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>
/// Changes the ports of an instance as PutInstancePublicPorts (<see cref="PortInfos"/>), OpenInstancePublicPorts (<see cref="Open"/>) or CloseInstancePublicPorts
/// (<see cref="Close"/>) does, opens some of them for a time, and says why. Exactly one of the three is there.
/// </summary>
public sealed record ApplyPortsRequest
{
    public string? InstanceName { get; init; }

    /// <summary>What is listed is open, everything else closed.</summary>
    public IReadOnlyList<TimedPort?>? PortInfos { get; init; }

    /// <summary>Opened beside what is open.</summary>
    public TimedPort? Open { get; init; }

    /// <summary>Closed as CloseInstancePublicPorts closes it: the whole rule, or the sources that are named.</summary>
    public PortInfo? Close { get; init; }

    /// <summary>Why, for people who read it later: it is in the event of the audit log and in ListPortRevisions. At most 256 characters of one line; it changes nothing.</summary>
    public string? Reason { get; init; }
}

/// <summary>A port rule as PortInfo is, and for how long.</summary>
public sealed record TimedPort
{
    public int? FromPort { get; init; }

    public int? ToPort { get; init; }

    public string? Protocol { get; init; }

    public IReadOnlyList<string>? Cidrs { get; init; }

    public IReadOnlyList<string>? Ipv6Cidrs { get; init; }

    public IReadOnlyList<string>? CidrListAliases { get; init; }

    /// <summary>
    /// Seconds after which the sources of the rule are closed, 30 to 2,592,000 (30 days); 0 for never. Absent: what is open until a time stays so, everything else for
    /// good; of Open as 0.
    /// </summary>
    public int? ExpiresInSeconds { get; init; }
}

/// <summary>The answer to <see cref="ApplyPortsRequest"/>.</summary>
public sealed record ApplyPortsResponse
{
    public required Operation Operation { get; init; }

    /// <summary>What of the ports is closed at a time, that of earlier calls included.</summary>
    public IReadOnlyList<ExpiringPort> Expiring { get; init; } = [];

    /// <summary>What a caller should know who relies on that: the host's agent is too old to close it by itself, while no server is reached.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>Sources of a rule that are closed at a time.</summary>
public sealed record ExpiringPort
{
    /// <summary>The rule, with these sources alone.</summary>
    public required InstancePortState PortState { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>ARN of the caller that opened them.</summary>
    public required string OpenedBy { get; init; }
}
