namespace Portlight.Wire.CloudTrail;

/// <summary>Asks for events of the audit log, newest first (CloudTrail API reference, LookupEvents).</summary>
public sealed record LookupEventsRequest
{
    /// <summary>At most one.</summary>
    public IReadOnlyList<LookupAttribute>? LookupAttributes { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    /// <summary>Only <c>insight</c> exists, and there are no such events here.</summary>
    public string? EventCategory { get; init; }

    /// <summary>1 to 50, and 50 when it is left out.</summary>
    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }
}

/// <summary>One property that events must have.</summary>
#pragma warning disable CA1711 // The service model's own name.
public sealed record LookupAttribute
#pragma warning restore CA1711
{
    public string? AttributeKey { get; init; }

    public string? AttributeValue { get; init; }
}

/// <summary>The answer to <see cref="LookupEventsRequest"/>. It may hold fewer events than were asked for, even none, and still have a next token.</summary>
public sealed record LookupEventsResponse
{
    public required IReadOnlyList<Event> Events { get; init; }

    public string? NextToken { get; init; }
}
