using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Portlight.Storage;

/// <summary>One walk along the chain, line by line, until its end or the first line that is not right.</summary>
internal sealed class AuditWalk
{
    private readonly ArrayBufferWriter<byte> lastLine = new();
    private readonly AuditAnchor? start;
    private readonly AuditAnchor? expectedHead;
    private AuditAnchor? at;
    private AuditBreak? broken;
    private DateTimeOffset? firstAt;
    private long firstSequence;
    private long? unverified;
    private long events;

    /// <param name="start">The event before the first line; null when that is not known, and then the first line's text cannot be verified unless it is event 1.</param>
    /// <param name="expectedHead">An event that has to be there.</param>
    public AuditWalk(AuditAnchor? start, AuditAnchor? expectedHead)
    {
        (this.start, this.expectedHead, at) = (start, expectedHead, start);
        firstSequence = NextSequence;
    }

    /// <summary>Number of the event that is to come; 0 when that is open still.</summary>
    public long NextSequence => at?.Sequence + 1 ?? 0;

    /// <summary>False when the line is not the event that follows.</summary>
    public bool Take(ReadOnlySpan<byte> line)
    {
        if (!TryFollow(line, out var next, out var problem))
        {
            return Break(problem);
        }

        if (events++ == 0)
        {
            firstSequence = next.Sequence;
            firstAt = TimeOf(line);
        }

        at = next;
        lastLine.ResetWrittenCount();
        lastLine.Write(line);
        return IsAsExpected(next) || BreakAt(next.Sequence, "the event is another than the expected head names: the log has been rewritten");
    }

    /// <summary>What is to come is not right. Always false.</summary>
    public bool Break(string problem) => BreakAt(NextSequence, problem);

    public AuditReport End()
    {
        if (broken is null && expectedHead is not null)
        {
            CompareEnd(expectedHead);
        }

        return new AuditReport(events, firstAt, events == 0 ? null : TimeOf(lastLine.WrittenSpan), start, at, broken, events > 0 && expectedHead?.Sequence < firstSequence - 1) { Unverified = unverified };
    }

    private bool TryFollow(ReadOnlySpan<byte> line, out AuditAnchor next, out string problem)
    {
        if (at is not null)
        {
            return AuditChain.TryVerify(line, at, out next, out problem);
        }

        // The first of exported lines. What comes before the first event of all is known, and the expected head may be what comes before this one.
        if (!AuditLine.TryParse(line, out var parsed))
        {
            next = new AuditAnchor(0, AuditChain.Genesis);
            problem = "the line does not end with its place in the chain";
            return false;
        }

        var before = parsed.Sequence == 1 ? new AuditAnchor(0, AuditChain.Genesis) : parsed.Sequence - 1 == expectedHead?.Sequence ? expectedHead : null;
        if (before is not null)
        {
            return AuditChain.TryVerify(line, at = before, out next, out problem);
        }

        unverified = parsed.Sequence;
        next = parsed.ToAnchor();
        problem = "";
        return true;
    }

    private void CompareEnd(AuditAnchor expected)
    {
        var end = at?.Sequence ?? 0;
        if (end < expected.Sequence)
        {
            BreakAt(end + 1, string.Create(CultureInfo.InvariantCulture, $"the log ends with event {end} and has had {expected.Sequence}: its end is missing"));
        }
        else if (start is not null && !IsAsExpected(start))
        {
            BreakAt(start.Sequence, "the event that the log begins after is another than the expected head names: the log has been rewritten");
        }
    }

    private bool IsAsExpected(AuditAnchor one) => one.Sequence != expectedHead?.Sequence || one.Hash == expectedHead.Hash;

    private bool BreakAt(long sequence, string problem)
    {
        broken = new AuditBreak(sequence, problem);
        return false;
    }

    /// <summary>CloudTrail's <c>eventTime</c>, which the chain itself does not need.</summary>
    private static DateTimeOffset? TimeOf(ReadOnlySpan<byte> line)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            json.Read();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var isTime = json.ValueTextEquals("eventTime"u8);
                json.Read();
                if (isTime)
                {
                    return json.TokenType == JsonTokenType.String && json.TryGetDateTimeOffset(out var time) ? time : null;
                }

                json.Skip();
            }
        }
        catch (JsonException)
        {
            // It is the text that was recorded, whatever it is.
        }

        return null;
    }
}
