using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;

namespace Portlight.Storage;

/// <summary>
/// Follows the chain of the audit log (<see cref="AuditChain"/>) and tells where it breaks. What it cannot see without help: a log that was cut off at its end
/// or rewritten from some event to its end. An expected head, kept elsewhere, shows both.
/// </summary>
public static class AuditVerification
{
    /// <summary>Follows the whole log of a store, from where it begins now.</summary>
    /// <param name="log">A store's view, or the file of one that another process has open.</param>
    /// <param name="expectedHead">An event that the log must hold, as an earlier report or an exported line has it.</param>
    public static AuditReport Verify(IAuditView log, AuditAnchor? expectedHead = null)
    {
        while (true)
        {
            var start = log.AuditStart;
            var report = Follow(log, start, expectedHead);

            // Old events may be forgotten while they are being read; then the log begins elsewhere, and what is missing is no harm.
            if (report.Break is null || log.AuditStart == start)
            {
                return report;
            }
        }
    }

    /// <summary>Follows exported events, a line each, that may begin anywhere in the chain.</summary>
    /// <param name="lines">The lines, as the store wrote them.</param>
    /// <param name="before">The event before the first line; without it the first line's text cannot be verified, unless it is event 1: see <see cref="AuditReport.Unverified"/>.</param>
    /// <param name="expectedHead">An event that the lines must hold.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<AuditReport> VerifyAsync(
        Stream lines,
        AuditAnchor? before = null,
        AuditAnchor? expectedHead = null,
        CancellationToken cancellationToken = default)
    {
        var walk = new AuditWalk(before, expectedHead);
        var reader = PipeReader.Create(lines, new StreamPipeReaderOptions(bufferSize: 1 << 16, leaveOpen: true));
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var rest = read.Buffer;
                var goesOn = TakeLines(walk, ref rest);
                if (goesOn && read.IsCompleted && !rest.IsEmpty)
                {
                    goesOn = walk.Take(rest.ToArray());
                }

                if (!goesOn || read.IsCompleted)
                {
                    return walk.End();
                }

                reader.AdvanceTo(rest.Start, rest.End);
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static AuditReport Follow(IAuditView log, AuditAnchor start, AuditAnchor? expectedHead)
    {
        var walk = new AuditWalk(start, expectedHead);

        // From before the start: a block that somebody has put there must show.
        for (var block = log.FindAuditBlockAfter(long.MinValue); block is not null; block = log.FindAuditBlockAfter(block.FirstSequence))
        {
            if (!TakeBlock(walk, block))
            {
                break;
            }
        }

        return walk.End();
    }

    private static bool TakeBlock(AuditWalk walk, AuditBlock block)
    {
        var lines = block.Lines.Span;
        var (first, count) = (walk.NextSequence, 0L);
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf((byte)'\n');
            if (end < 0)
            {
                return walk.Break("the line is not ended");
            }

            if (!walk.Take(lines[..end]))
            {
                return false;
            }

            lines = lines[(end + 1)..];
            count++;
        }

        // The lines are right; but a lookup of events goes by the row.
        return (first == block.FirstSequence && count == block.Count) || walk.Break(string.Create(
            CultureInfo.InvariantCulture,
            $"a row says that it holds {block.Count} events from {block.FirstSequence} on, and holds {count} from {first} on"));
    }

    private static bool TakeLines(AuditWalk walk, ref ReadOnlySequence<byte> rest)
    {
        while (rest.PositionOf((byte)'\n') is { } end)
        {
            var line = rest.Slice(0, end);
            if (!walk.Take(line.IsSingleSegment ? line.FirstSpan : line.ToArray()))
            {
                return false;
            }

            rest = rest.Slice(rest.GetPosition(1, end));
        }

        return true;
    }
}
