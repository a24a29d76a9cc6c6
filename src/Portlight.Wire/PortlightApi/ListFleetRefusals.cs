using System.Text.Json.Serialization;
using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>Asks what was refused in the last ten minutes at all instances of the account and region, by the kernels of their hosts.</summary>
public sealed record ListFleetRefusalsRequest
{
    /// <summary>Only what was for this port.</summary>
    public int? Port { get; init; }

    /// <summary>Only what came from this address or block.</summary>
    public string? Cidr { get; init; }

    /// <summary>Only at instances that have all of these tags; one without a value: whatever its value is.</summary>
    public IReadOnlyList<Tag?>? Tags { get; init; }

    /// <summary>At most so many, 1 to 1,000; 200 if it is not there.</summary>
    public int? MaxResults { get; init; }
}

/// <summary>The answer to <see cref="ListFleetRefusalsRequest"/>.</summary>
public sealed record ListFleetRefusalsResponse
{
    /// <summary>One for each source, protocol and port; what was refused at the most instances comes first, and of these what was refused most often.</summary>
    public required IReadOnlyList<FleetRefusal> Refusals { get; init; }

    /// <summary>How many there are of those that were asked for.</summary>
    public required int Total { get; init; }

    /// <summary>What they were for, 100 at most; what was refused most often comes first.</summary>
    public required IReadOnlyList<RefusedPort> Ports { get; init; }

    /// <summary>Of how many instances it is known what was refused.</summary>
    public required int Instances { get; init; }

    /// <summary>Hosts that did not tell, or told of some of their instances alone.</summary>
    public required IReadOnlyList<UnknownHost> Unknown { get; init; }

    /// <summary>Sources that hosts have noted and did not list, because there are too many: they are in none of the numbers.</summary>
    public required int NotListed { get; init; }
}

/// <summary>Packets of one source for one protocol and port that were refused, at one instance or at several.</summary>
public sealed record FleetRefusal
{
    /// <summary>Where the packets said that they come from. That can be forged.</summary>
    public required string SourceAddress { get; init; }

    /// <summary>As in a rule (<c>tcp</c>), or IANA's number of another one.</summary>
    public required string Protocol { get; init; }

    /// <summary>The port, or the type of ICMP; null for a protocol that has neither.</summary>
    public int? FromPort { get; init; }

    /// <summary>The port, or the code of ICMP.</summary>
    public int? ToPort { get; init; }

    /// <summary>How many packets, of those whose source was looked at.</summary>
    public required long Packets { get; init; }

    public required long Bytes { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset FirstAt { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset LastAt { get; init; }

    /// <summary>At how many instances.</summary>
    public required int Instances { get; init; }

    /// <summary>Some of them, 20 at most.</summary>
    public required IReadOnlyList<string> InstanceNames { get; init; }
}

/// <summary>What packets were for that were refused, of all their sources.</summary>
public sealed record RefusedPort
{
    public required string Protocol { get; init; }

    public int? FromPort { get; init; }

    public int? ToPort { get; init; }

    public required long Packets { get; init; }

    /// <summary>From how many addresses.</summary>
    public required int Sources { get; init; }

    /// <summary>At how many instances.</summary>
    public required int Instances { get; init; }
}

/// <summary>Instances of which something is not known, and why.</summary>
public sealed record UnknownHost
{
    public required string HostName { get; init; }

    /// <summary>How many of the account's instances there.</summary>
    public required int Instances { get; init; }

    public required string Reason { get; init; }
}
