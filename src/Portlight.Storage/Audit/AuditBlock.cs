namespace Portlight.Storage;

/// <summary>Events that became durable together, as they stand in the log: one row, because a row for each would cost the writer most of its time.</summary>
/// <param name="FirstSequence">Number of the first event; numbers are gap-free from 1.</param>
/// <param name="Count">How many there are.</param>
/// <param name="NewestAt">Time of the newest.</param>
/// <param name="Lines">The events, a line each, every line ended by a line feed.</param>
public sealed record AuditBlock(long FirstSequence, int Count, DateTimeOffset NewestAt, ReadOnlyMemory<byte> Lines)
{
    /// <summary>
    /// A block is ended once it has this much: a reader of the log reads whole blocks, and .NET keeps what has more than 85,000 bytes among the large objects, whose collections go through all of the memory.
    /// </summary>
    internal const int FullBytes = 64 << 10;

    /// <summary>The lines as rows keep them, where that is known already: making them small is most of what an event costs. Empty where it is not.</summary>
    internal ReadOnlyMemory<byte> Packed { get; init; }

    public long LastSequence => FirstSequence + Count - 1;

    /// <summary>Number and hash of the last event, as its line has them.</summary>
    /// <exception cref="StoreException">The line has no place in the chain.</exception>
    internal AuditAnchor End()
    {
        var lines = Lines.Span;
        lines = lines.EndsWith((byte)'\n') ? lines[..^1] : lines;
        return AuditLine.TryParse(lines[(lines.LastIndexOf((byte)'\n') + 1)..], out var last)
            ? last.ToAnchor()
            : throw new StoreException($"the audit log is damaged at event {LastSequence}, whose line does not end with its place in the chain; `portlight audit verify` tells more") { IsAuditDamage = true };
    }
}

/// <summary>A point of the chain: the number of an event and its hash.</summary>
public sealed record AuditAnchor(long Sequence, string Hash);
