using System.Buffers;
using Portlight.Linux;

namespace Portlight.Storage;

/// <summary>
/// One event of the audit log on its way into it. The text is a JSON object in CloudTrail's shape, UTF-8, on one line, not empty; the store adds the member
/// <c>chain</c> at its end (<see cref="AuditChain"/>).
/// </summary>
/// <param name="at">When it happened.</param>
/// <param name="json">The text. It must not change any more: what the chain hashes of it is made here, and not on the store's one thread.</param>
public sealed class AuditEvent(DateTimeOffset at, ReadOnlyMemory<byte> json)
{
    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);

    private readonly byte[] _digest = HashOf(json.Span);

    public DateTimeOffset At { get; } = at;

    public ReadOnlyMemory<byte> Json { get; } = json;

    /// <summary>SHA-256 of the text.</summary>
    internal ReadOnlySpan<byte> Digest => _digest;

    private static byte[] HashOf(ReadOnlySpan<byte> text)
    {
        var hash = new byte[Sha256.Size];
        Sha256.Hash(text, hash);
        return hash;
    }

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
