using System.Text.Json.Serialization;
using Portlight.Wire.Lightsail;

namespace Portlight.Wire.PortlightApi;

/// <summary>Asks for the changes of an instance's ports, newest first, as far back as the audit log is kept.</summary>
public sealed record ListPortRevisionsRequest
{
    /// <summary>The instance; one that is gone, too, for a caller that may on every instance.</summary>
    public string? InstanceName { get; init; }

    /// <summary>At most so many, 1 to 100; 50 if it is not there. A page may hold fewer, and none, though others follow.</summary>
    public int? MaxResults { get; init; }

    public string? PageToken { get; init; }
}

/// <summary>The answer to <see cref="ListPortRevisionsRequest"/>.</summary>
public sealed record ListPortRevisionsResponse
{
    public required IReadOnlyList<PortRevision> Revisions { get; init; }

    public string? NextPageToken { get; init; }
}

/// <summary>A change of an instance's ports, as the audit log has it.</summary>
public sealed record PortRevision
{
    /// <summary>The event of the audit log.</summary>
    public required string EventId { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset At { get; init; }

    public required Actor By { get; init; }

    /// <summary>The operation that made it; <c>ChangeReverted</c> where the server did.</summary>
    public required string EventName { get; init; }

    /// <summary>Why the server made it; absent where a caller did.</summary>
    public string? Cause { get; init; }

    /// <summary>Why, in the caller's own words; absent where the caller gave none.</summary>
    public string? Reason { get; init; }

    /// <summary>What was open before; absent where there was no instance.</summary>
    public RecordedPorts? Before { get; init; }

    /// <summary>What is open afterwards; absent where there is no instance any more.</summary>
    public RecordedPorts? After { get; init; }

    /// <summary>What became of packets, those of networks included that are not filtered; 200 at most.</summary>
    public IReadOnlyList<PortChangeEffect> Effects { get; init; } = [];

    /// <summary>How many effects there are beside those that are listed.</summary>
    public int FurtherEffects { get; init; }

    /// <summary>The record of the change; absent where it has none, or none any more.</summary>
    public string? OperationId { get; init; }

    /// <summary>Revision of the store that the kernel had to take; absent with the record.</summary>
    public long? Revision { get; init; }

    /// <summary><c>Started</c>, <c>Succeeded</c> or <c>Failed</c>; absent with the record.</summary>
    public string? Status { get; init; }
}

/// <summary>Ports as the audit log has them.</summary>
public sealed record RecordedPorts
{
    /// <summary>The rules. Networks that were not filtered are among them as a rule of <c>all</c>, but for those of the present attachment.</summary>
    public IReadOnlyList<InstancePortState> PortStates { get; init; } = [];

    /// <summary>How many rules there were, where the log does not hold them because they were very many; else absent.</summary>
    public int? OmittedRules { get; init; }
}

/// <summary>By whom something was done.</summary>
public sealed record Actor
{
    /// <summary>The user, the session, <c>root</c>, or <c>portlight</c> for the server itself.</summary>
    public required string Name { get; init; }

    public string? Arn { get; init; }

    public string? AccessKeyId { get; init; }

    /// <summary>Absent where no call did it.</summary>
    public string? SourceIpAddress { get; init; }

    public string? UserAgent { get; init; }
}
