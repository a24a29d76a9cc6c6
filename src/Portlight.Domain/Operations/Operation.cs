namespace Portlight.Domain;

/// <summary>The record of one thing that a call did to one resource (Lightsail API, <c>Operation</c>).</summary>
public sealed record Operation
{
    public required Guid Id { get; init; }

    public required Scope Scope { get; init; }

    public required string ResourceName { get; init; }

    public required ResourceType ResourceType { get; init; }

    /// <summary>The zone of an instance; <c>all</c> for what is in no zone.</summary>
    public required string AvailabilityZone { get; init; }

    /// <summary>AWS's word, <c>PutInstancePublicPorts</c>. Text, because the live service answers words outside its own enumeration.</summary>
    public required string OperationType { get; init; }

    public string? OperationDetails { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required OperationStatus Status { get; init; }

    public required DateTimeOffset StatusChangedAt { get; init; }

    public string? ErrorCode { get; init; }

    public string? ErrorDetails { get; init; }

    /// <summary>
    /// Revision of the log whose application in the kernel makes a <see cref="OperationStatus.Started"/> operation succeed; null when nothing has to be
    /// applied. Kept as <c>Started</c> and read as <c>Succeeded</c> once the agent has applied that revision of the instance, so that the confirmation
    /// costs no second durable write.
    /// </summary>
    public long? AwaitsRevision { get; init; }

    /// <summary>The host whose agent has to apply that revision.</summary>
    public string Host { get; init; } = HostName.Local;

    public bool IsTerminal => Status != OperationStatus.Started;
}
