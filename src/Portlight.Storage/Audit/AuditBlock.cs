namespace Portlight.Storage;

/// <summary>Events that became durable together, as they stand in the log: one row, because a row for each would cost the writer most of its time.</summary>
/// <param name="FirstSequence">Number of the first event; numbers are gap-free from 1.</param>
/// <param name="Count">How many there are.</param>
/// <param name="NewestAt">Time of the newest.</param>
/// <param name="Lines">The events, a line each, every line ended by a line feed.</param>
public sealed record AuditBlock(long FirstSequence, int Count, DateTimeOffset NewestAt, ReadOnlyMemory<byte> Lines)
{
    public long LastSequence => FirstSequence + Count - 1;
}

/// <summary>A point of the chain: the number of an event and its hash.</summary>
public sealed record AuditAnchor(long Sequence, string Hash);
