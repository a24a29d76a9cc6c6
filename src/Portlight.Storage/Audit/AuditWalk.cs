using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Portlight.Storage;

/// <summary>One walk along the chain, line by line, until its end or the first line that is not right.</summary>
internal sealed class AuditWalk
{
    private readonly ArrayBufferWriter<byte> _lastLine = new();
    private readonly AuditAnchor? _start;
    private readonly AuditAnchor? _expectedHead;
    private AuditAnchor? _at;
    private AuditBreak? _broken;
    private DateTimeOffset? _firstAt;
    private long _firstSequence;
    private long? _unverified;
    private long _events;

    /// <param name="start">The event before the first line; null when that is not known, and then the first line's text cannot be verified unless it is event 1.</param>
    /// <param name="expectedHead">An event that has to be there.</param>
    public AuditWalk(AuditAnchor? start, AuditAnchor? expectedHead)
    {
        (_start, _expectedHead, _at) = (start, expectedHead, start);
        _firstSequence = NextSequence;
    }

    /// <summary>Number of the event that is to come; 0 when that is open still.</summary>
    public long NextSequence => _at?.Sequence + 1 ?? 0;

    /// <summary>False when the line is not the event that follows.</summary>
    public bool Take(ReadOnlySpan<byte> line)
    {
        if (!TryFollow(line, out var next, out var problem))
        {
            return Break(problem);
        }

        if (_events++ == 0)
        {
            _firstSequence = next.Sequence;
            _firstAt = TimeOf(line);
        }

        _at = next;
        _lastLine.ResetWrittenCount();
        _lastLine.Write(line);
        return IsAsExpected(next) || BreakAt(next.Sequence, "the event is another than the expected head names: the log has been rewritten");
    }

    /// <summary>What is to come is not right. Always false.</summary>
    public bool Break(string problem) => BreakAt(NextSequence, problem);

    public AuditReport End()
    {
        if (_broken is null && _expectedHead is not null)
        {
            CompareEnd(_expectedHead);
        }

        return new AuditReport(_events, _firstAt, _events == 0 ? null : TimeOf(_lastLine.WrittenSpan), _start, _at, _broken, _events > 0 && _expectedHead?.Sequence < _firstSequence - 1) { Unverified = _unverified };
    }

    private bool TryFollow(ReadOnlySpan<byte> line, out AuditAnchor next, out string problem)
    {
        if (_at is not null)
        {
            return AuditChain.TryVerify(line, _at, out next, out problem);
        }

        // The first of exported lines. What comes before the first event of all is known, and the expected head may be what comes before this one.
        if (!AuditLine.TryParse(line, out var parsed))
        {
            next = new AuditAnchor(0, AuditChain.Genesis);
            problem = "the line does not end with its place in the chain";
            return false;
        }

        var before = parsed.Sequence == 1 ? new AuditAnchor(0, AuditChain.Genesis) : parsed.Sequence - 1 == _expectedHead?.Sequence ? _expectedHead : null;
        if (before is not null)
        {
            return AuditChain.TryVerify(line, _at = before, out next, out problem);
        }

        _unverified = parsed.Sequence;
        next = parsed.ToAnchor();
        problem = "";
        return true;
    }

    private void CompareEnd(AuditAnchor expected)
    {
        var end = _at?.Sequence ?? 0;
        if (end < expected.Sequence)
        {
            BreakAt(end + 1, string.Create(CultureInfo.InvariantCulture, $"the log ends with event {end} and has had {expected.Sequence}: its end is missing"));
        }
        else if (_start is not null && !IsAsExpected(_start))
        {
            BreakAt(_start.Sequence, "the event that the log begins after is another than the expected head names: the log has been rewritten");
        }
    }

    private bool IsAsExpected(AuditAnchor one) => one.Sequence != _expectedHead?.Sequence || one.Hash == _expectedHead.Hash;

    private bool BreakAt(long sequence, string problem)
    {
        _broken = new AuditBreak(sequence, problem);
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
