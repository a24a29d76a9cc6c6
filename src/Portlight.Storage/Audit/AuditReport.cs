namespace Portlight.Storage;

/// <summary>What a verification has found.</summary>
/// <param name="Events">Events whose place in the chain is right, from the first on.</param>
/// <param name="FirstAt">The first event's own <c>eventTime</c>; null when there is no event or it has none.</param>
/// <param name="LastAt">That of the last event that is right.</param>
/// <param name="Start">The event before the first: what the chain was followed from. Null for lines that begin somewhere in the chain.</param>
/// <param name="Head">The last event that is right: keep it elsewhere, and a later verification will notice when the end has been cut off. Null without events.</param>
/// <param name="Break">Where the chain breaks; null when all of it is right.</param>
/// <param name="IsExpectedHeadForgotten">Whether the expected head is from before the first event, and so could not be compared.</param>
public sealed record AuditReport(
    long Events,
    DateTimeOffset? FirstAt,
    DateTimeOffset? LastAt,
    AuditAnchor? Start,
    AuditAnchor? Head,
    AuditBreak? Break,
    bool IsExpectedHeadForgotten)
{
    /// <summary>Number of the first event, where its text could not be verified: nothing was known of the event before. Null when all texts were verified.</summary>
    public long? Unverified { get; init; }
}

/// <summary>The first event that is not what was recorded, and why.</summary>
public sealed record AuditBreak(long Sequence, string Problem);
