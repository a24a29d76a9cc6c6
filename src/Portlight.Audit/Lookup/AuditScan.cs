using Portlight.Api;
using Portlight.Storage;

namespace Portlight.Audit;

/// <summary>Looks at an event. True ends the scan with it.</summary>
/// <param name="sequence">Its number.</param>
/// <param name="at">When it happened, or a little later.</param>
/// <param name="line">Its line.</param>
internal delegate bool EventTaken(long sequence, DateTimeOffset at, ReadOnlySpan<byte> line);

/// <summary>
/// Goes through the audit log from the newest event to older ones. The log has no index: a call looks through a bounded part of it, and where that holds too few
/// events it answers with what it has found and a position from which the next call goes on.
/// </summary>
internal static class AuditScan
{
    /// <summary>Bytes of the log that one call looks through.</summary>
    internal const long MaxScanned = 4 << 20;

    /// <summary>Calls end in nearly, not quite, the order in which they are recorded.</summary>
    private static readonly TimeSpan Disorder = TimeSpan.FromMinutes(1);

    /// <summary>
    /// So many bytes in a row have to be too old before the rest is taken to be: a machine that starts without a clock of its own records with times of long ago until its clock is set, and
    /// what came before that has the right ones.
    /// </summary>
    internal const int TooOldInARow = 1 << 20;

    /// <summary>Shows the events that begin before a number. Returns the number to go on from; null when nothing older is left.</summary>
    /// <param name="store">Whose log.</param>
    /// <param name="call">The call that pays for it.</param>
    /// <param name="before">Where to begin; <see cref="long.MaxValue"/> for the newest.</param>
    /// <param name="start">Nothing older is looked for.</param>
    /// <param name="take">Sees each event.</param>
    public static long? Run(IStore store, Call call, long before, DateTimeOffset start, EventTaken take)
    {
        var (scanned, tooOld) = (0L, 0L);
        var oldest = start > DateTimeOffset.MinValue + Disorder ? start - Disorder : DateTimeOffset.MinValue;
        while (store.View.FindAuditBlockBefore(before) is { } block)
        {
            if (scanned >= MaxScanned)
            {
                return before;
            }

            scanned += block.Lines.Length;
            call.NoteSteps(block.Lines.Length);
            tooOld = block.NewestAt < oldest ? tooOld + block.Lines.Length : 0;
            if (tooOld >= TooOldInARow)
            {
                return null;
            }

            if (tooOld == 0 && RunBlock(block, before, take) is { } next)
            {
                return next;
            }

            before = block.FirstSequence;
        }

        return null;
    }

    /// <summary>Null when the block is done; else the number of the event that ended the scan.</summary>
    private static long? RunBlock(AuditBlock block, long before, EventTaken take)
    {
        var lines = block.Lines.Span;
        for (var sequence = block.LastSequence; sequence >= block.FirstSequence && !lines.IsEmpty; sequence--)
        {
            lines = lines[..^1];
            var line = lines[(lines.LastIndexOf((byte)'\n') + 1)..];
            lines = lines[..^line.Length];
            if (sequence < before && take(sequence, block.NewestAt, line))
            {
                return sequence;
            }
        }

        return null;
    }
}
