using System.Text.Json.Serialization;
using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>Asks what is open to whom, over all instances of the caller's account and region, by what is stored.</summary>
public sealed record GetExposureRequest
{
    /// <summary>Only instances that have all of these tags; one without a value: whatever its value is.</summary>
    public IReadOnlyList<Tag?>? Tags { get; init; }

    /// <summary>One port (or ICMP type and code) without sources: then <see cref="GetExposureResponse.Reached"/> names the instances that let it in.</summary>
    public PortInfo? Port { get; init; }
}

/// <summary>The answer to <see cref="GetExposureRequest"/>.</summary>
public sealed record GetExposureResponse
{
    /// <summary>Revision of the store that it was worked out from, or a later one.</summary>
    public required long Revision { get; init; }

    /// <summary>How many instances were looked at.</summary>
    public required int Instances { get; init; }

    /// <summary>How many of them have ports that are closed at a time.</summary>
    public int Expiring { get; init; }

    /// <summary>What is open somewhere, that which is open to everybody on most instances first.</summary>
    public IReadOnlyList<ExposedPort> Ports { get; init; } = [];

    /// <summary>How many there are beside those that are listed.</summary>
    public int FurtherPorts { get; init; }

    /// <summary>Instances that are alike, most first: the same rules, and the same networks that are not filtered.</summary>
    public IReadOnlyList<ExposureClass> Classes { get; init; } = [];

    public int FurtherClasses { get; init; }

    /// <summary>What somebody should look at.</summary>
    public IReadOnlyList<ExposureFindings> Findings { get; init; } = [];

    /// <summary>With a port in the request: instances that let it in, those open to everybody first.</summary>
    public IReadOnlyList<ReachedInstance> Reached { get; init; } = [];

    public int FurtherReached { get; init; }
}

/// <summary>A rule's protocol and ports, and on how many instances each kind of sources reaches it.</summary>
public sealed record ExposedPort
{
    public required string Protocol { get; init; }

    public required int FromPort { get; init; }

    public required int ToPort { get; init; }

    /// <summary>Every address of a family that somebody on the internet can have, by one rule or by several together.</summary>
    public required int Everyone { get; init; }

    /// <summary>Several addresses.</summary>
    public required int Networks { get; init; }

    /// <summary>One address.</summary>
    public required int One { get; init; }
}

/// <summary>Instances with the same ports.</summary>
public sealed record ExposureClass
{
    public required IReadOnlyList<InstancePortState> PortStates { get; init; }

    public required int Instances { get; init; }

    /// <summary>Some of their names.</summary>
    public required IReadOnlyList<string> InstanceNames { get; init; }

    /// <summary>The tags that all of them have, with the same value.</summary>
    public IReadOnlyList<Tag> TagsInCommon { get; init; } = [];
}

/// <summary>Something to look at, and where.</summary>
public sealed record ExposureFindings
{
    /// <summary><c>notFiltered</c>, <c>sshToEveryone</c>, <c>rdpToEveryone</c>, <c>databaseToEveryone</c>, <c>wideRangeToEveryone</c> or <c>ipv6Wider</c>.</summary>
    public required string Kind { get; init; }

    public required int Instances { get; init; }

    /// <summary>Some of their names.</summary>
    public required IReadOnlyList<string> InstanceNames { get; init; }
}

/// <summary>An instance that lets a port in.</summary>
public sealed record ReachedInstance
{
    public required string InstanceName { get; init; }

    /// <summary><c>everyone</c>, <c>networks</c> or <c>one</c>.</summary>
    public required string Width { get; init; }

    /// <summary>The sources of all rules that let it in, of either family.</summary>
    public required IReadOnlyList<string> Cidrs { get; init; }

    /// <summary>When some of them are closed, the first time; absent where none is.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? ExpiresAt { get; init; }
}
