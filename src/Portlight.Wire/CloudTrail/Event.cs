namespace Portlight.Wire.CloudTrail;

/// <summary>An event of the audit log as LookupEvents shows it.</summary>
public sealed record Event
{
    public string? EventId { get; init; }

    public string? EventName { get; init; }

    /// <summary><c>true</c> or <c>false</c>, as text.</summary>
    public string? ReadOnly { get; init; }

    public string? AccessKeyId { get; init; }

    public DateTimeOffset? EventTime { get; init; }

    public string? EventSource { get; init; }

    /// <summary>The user's name, <c>root</c>, or the name of a role's session.</summary>
    public string? Username { get; init; }

    public IReadOnlyList<Resource>? Resources { get; init; }

    /// <summary>The whole event, as JSON.</summary>
    public string? CloudTrailEvent { get; init; }
}

/// <summary>A thing that an event is about.</summary>
public sealed record Resource
{
    public string? ResourceType { get; init; }

    public string? ResourceName { get; init; }
}
