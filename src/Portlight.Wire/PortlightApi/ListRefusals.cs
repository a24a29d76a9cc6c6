using System.Text.Json.Serialization;

namespace Portlight.Wire.PortlightApi;

/// <summary>Asks what was refused to an instance in the last ten minutes, and from whom, by the kernel of its host.</summary>
public sealed record ListRefusalsRequest
{
    public string? InstanceName { get; init; }

    /// <summary>Only what was for this port.</summary>
    public int? Port { get; init; }

    /// <summary>Only what came from this address or block.</summary>
    public string? Cidr { get; init; }

    /// <summary>At most so many, 1 to 1,000; 200 if it is not there.</summary>
    public int? MaxResults { get; init; }
}

/// <summary>The answer to <see cref="ListRefusalsRequest"/>.</summary>
public sealed record ListRefusalsResponse
{
    /// <summary>One for each source, protocol and port; those that were refused last come first.</summary>
    public required IReadOnlyList<Refusal> Refusals { get; init; }

    /// <summary>How many there are, whatever was asked for. The kernel has room for 350 new ones of an instance in ten minutes; what comes beyond is in <see cref="Packets"/> alone.</summary>
    public required int Total { get; init; }

    /// <summary>All packets that were refused since the instance is where it is.</summary>
    public required long Packets { get; init; }

    /// <summary>Their length, from the header of IP on.</summary>
    public required long Bytes { get; init; }
}

/// <summary>Packets of one source for one place that were refused.</summary>
public sealed record Refusal
{
    /// <summary>Where the packets say that they come from, which can be forged.</summary>
    public required string SourceAddress { get; init; }

    /// <summary><c>tcp</c>, <c>udp</c>, <c>icmp</c>, <c>icmpv6</c>; else the number that IANA has given it.</summary>
    public required string Protocol { get; init; }

    /// <summary>The port, of ICMP the type, as a rule has them; absent for other protocols.</summary>
    public int? FromPort { get; init; }

    /// <summary>The port, of ICMP the code; absent for other protocols.</summary>
    public int? ToPort { get; init; }

    /// <summary>How many, of 500 a second to the instance at most.</summary>
    public required long Packets { get; init; }

    /// <summary>Their length, from the header of IP on.</summary>
    public required long Bytes { get; init; }

    /// <summary>When the first was refused, of those that are counted here: ten minutes ago at most.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset FirstAt { get; init; }

    /// <summary>When the last was refused.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset LastAt { get; init; }
}
