using System.Text.Json.Serialization;

namespace Portlight.Wire.PortlightApi;

/// <summary>
/// Counts what <see cref="LookupActivityRequest"/> lists, by kind and by time. Every member narrows; all of them have to fit. With an instance it is asked whether the caller may on that one; without, on the
/// account. A call looks through as much of the log as one of LookupActivity: what the pages have is added up.
/// </summary>
public sealed record CountActivityRequest
{
    public string? InstanceName { get; init; }

    /// <summary>A name of <see cref="Actor.Name"/>.</summary>
    public string? UserName { get; init; }

    /// <summary>An operation, <c>PutInstancePublicPorts</c>.</summary>
    public string? EventName { get; init; }

    /// <summary>Some of <see cref="ActivityKinds"/>; every one if it is not there.</summary>
    public IReadOnlyList<string?>? Kinds { get; init; }

    /// <summary>Where the first step begins; a day before the end if it is not there.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>Nothing at or after it; the present if it is not there.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>How long a step is, 60 at least; 900 if it is not there. There are 1,000 steps at most.</summary>
    public int? StepSeconds { get; init; }

    public string? PageToken { get; init; }
}

/// <summary>The answer to <see cref="CountActivityRequest"/>.</summary>
public sealed record CountActivityResponse
{
    /// <summary>When the first step began.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset Begin { get; init; }

    /// <summary>How long each step is; the last one may be shorter.</summary>
    public required int StepSeconds { get; init; }

    /// <summary>What this page has counted of each kind of which there was any.</summary>
    public required IReadOnlyList<ActivityCount> Counts { get; init; }

    /// <summary>
    /// Everything since then is counted by this page and those before it: <see cref="Begin"/> on the last page, or later where the log has forgotten what was earlier. What was before it is not known.
    /// </summary>
    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset CountedSince { get; init; }

    public string? NextPageToken { get; init; }
}

/// <summary>Events of one kind.</summary>
public sealed record ActivityCount
{
    /// <summary>One of <see cref="ActivityKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>How many in each step, from the first.</summary>
    public required IReadOnlyList<long> Steps { get; init; }
}
