using System.Buffers;

namespace Portlight.Storage;

/// <summary>
/// One event of the audit log on its way into it. The text is a JSON object in CloudTrail's shape, UTF-8, on one line, not empty; the store adds the member
/// <c>chain</c> at its end (<see cref="AuditChain"/>).
/// </summary>
public sealed record AuditEvent(DateTimeOffset At, ReadOnlyMemory<byte> Json)
{
    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);

    /// <exception cref="ArgumentException">The text would break the lines of the log.</exception>
    internal void RequireForm()
    {
        var json = Json.Span;
        if (json.Length < 3 || json[0] != '{' || json[^1] != '}' || json.ContainsAny(LineEnds))
        {
            throw new ArgumentException("an audit event is a JSON object with members, on one line, without space around it");
        }
    }
}
