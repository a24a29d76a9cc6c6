using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>Lists the instances of the caller's account and region with what is stored against what is applied, in the order in which they were made. Every member narrows; all of them have to fit.</summary>
public sealed record ListFleetRequest
{
    /// <summary>Part of the name or of an address, whatever its case.</summary>
    public string? Query { get; init; }

    /// <summary>Only instances that have all of these tags; one without a value: whatever its value is.</summary>
    public IReadOnlyList<Tag?>? Tags { get; init; }

    /// <summary><c>running</c>, <c>stopped</c> and so on.</summary>
    public string? State { get; init; }

    /// <summary>The host that they are on.</summary>
    public string? HostName { get; init; }

    /// <summary><c>applied</c>, <c>waiting</c>, <c>refused</c> or <c>notFiltered</c>.</summary>
    public string? Sync { get; init; }

    /// <summary>At most so many, 1 to 1,000; 100 if it is not there. A page may hold fewer, and none, though others follow.</summary>
    public int? MaxResults { get; init; }

    public string? PageToken { get; init; }
}

/// <summary>The answer to <see cref="ListFleetRequest"/>.</summary>
public sealed record ListFleetResponse
{
    public required IReadOnlyList<InstanceStatus> Instances { get; init; }

    /// <summary>How many there are, whatever was asked for.</summary>
    public required int Total { get; init; }

    /// <summary>Everything up to this revision is in it: where WatchChanges goes on.</summary>
    public required long Revision { get; init; }

    public string? NextPageToken { get; init; }
}
