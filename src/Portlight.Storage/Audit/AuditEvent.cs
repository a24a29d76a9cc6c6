namespace Portlight.Storage;

/// <summary>
/// One event of the audit log on its way into it. The text is a JSON object in CloudTrail's shape, UTF-8, on one line, not empty; the store adds the member
/// <c>chain</c> at its end (<see cref="AuditChain"/>).
/// </summary>
public sealed record AuditEvent(DateTimeOffset At, ReadOnlyMemory<byte> Json);
