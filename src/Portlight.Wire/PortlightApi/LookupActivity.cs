using System.Text.Json.Serialization;
using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>
/// Asks who has done what in the caller's account and region, newest first, as far back as the audit log is kept. Every member narrows; all of them have to fit. With
/// an instance it is asked whether the caller may on that one; without, on the account.
/// </summary>
public sealed record LookupActivityRequest
{
    public string? InstanceName { get; init; }

    /// <summary>A name of <see cref="Actor.Name"/>.</summary>
    public string? UserName { get; init; }

    /// <summary>An operation, <c>PutInstancePublicPorts</c>.</summary>
    public string? EventName { get; init; }

    /// <summary><c>changes</c> (whatever is no read), <c>ports</c> (what has changed ports) or <c>refused</c> (what has failed).</summary>
    public string? Kind { get; init; }

    /// <summary>Some of <see cref="ActivityKinds"/>; every one if it is not there.</summary>
    public IReadOnlyList<string?>? Kinds { get; init; }

    /// <summary>Nothing before it.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>Nothing after it.</summary>
    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>At most so many, 1 to 100; 50 if it is not there. A page may hold fewer, and none, though others follow.</summary>
    public int? MaxResults { get; init; }

    public string? PageToken { get; init; }
}

/// <summary>The answer to <see cref="LookupActivityRequest"/>.</summary>
public sealed record LookupActivityResponse
{
    public required IReadOnlyList<Activity> Activities { get; init; }

    public string? NextPageToken { get; init; }
}

/// <summary>An event of the audit log, without what only an auditor needs; <c>LookupEvents</c> tells it whole.</summary>
public sealed record Activity
{
    public required string EventId { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset At { get; init; }

    public required Actor By { get; init; }

    public required string EventName { get; init; }

    /// <summary>Which of <see cref="ActivityKinds"/> it is; absent from servers of an earlier release.</summary>
    public string? Kind { get; init; }

    /// <summary>The service, <c>lightsail.amazonaws.com</c>; <c>portlight</c> for what is our own.</summary>
    public required string EventSource { get; init; }

    public bool IsReadOnly { get; init; }

    /// <summary>The things that it names.</summary>
    public IReadOnlyList<ActivityResource> Resources { get; init; } = [];

    /// <summary>What the caller was told where it failed; absent where it succeeded.</summary>
    public string? ErrorCode { get; init; }

    public string? ErrorMessage { get; init; }

    /// <summary>Why the server did it; absent where a caller did.</summary>
    public string? Cause { get; init; }

    /// <summary>Why, in the caller's own words; absent where the caller gave none.</summary>
    public string? Reason { get; init; }

    /// <summary>What became of packets, where it changed ports; 50 at most.</summary>
    public IReadOnlyList<PortChangeEffect> Effects { get; init; } = [];

    /// <summary>How many effects there are beside those that are listed.</summary>
    public int FurtherEffects { get; init; }

    /// <summary>Where it changed tags of an instance, those that are others now, as they were before; absent where it changed none, and of events of an earlier release.</summary>
    public IReadOnlyList<Tag>? TagsBefore { get; init; }

    /// <summary>The same as they are since: a key that is not among them is gone.</summary>
    public IReadOnlyList<Tag>? TagsAfter { get; init; }
}

/// <summary>A thing by its type, as CloudTrail names it, and its name.</summary>
public sealed record ActivityResource(string Type, string Name);
