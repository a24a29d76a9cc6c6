using System.Globalization;
using System.Text.Json;
using Portlight.Api;
using Portlight.Audit;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Lightsail;

/// <summary>A page of what the audit log tells of the caller's account and region, newest first.</summary>
internal sealed class ActivityPage<T>(IStore store, Call call, int? maxResults, string? pageToken)
{
    private const int MostResults = 100;
    private const int UsualResults = 50;

    private readonly List<T> _found = [];
    private long _length;

    public IReadOnlyList<T> Found => _found;

    public string? Next { get; private set; }

    /// <summary>Reads until the page is full, the call has read enough, or nothing is left.</summary>
    /// <param name="start">Nothing older.</param>
    /// <param name="mayFit">Looks at a line before it is read; false for most that do not fit.</param>
    /// <param name="fits">Whether an event fits, its line beside it.</param>
    /// <param name="make">What the page holds of an event; null for one that does not fit all the same.</param>
    public void Read(DateTimeOffset start, LineFilter mayFit, SummaryFilter fits, Func<EventSummary, JsonElement, T?> make)
    {
        var most = maxResults ?? UsualResults;
        if (most is < 1 or > MostResults)
        {
            throw Requests.Invalid([new Problem("maxResults", $"is {most}; it must be 1 to {MostResults}")]);
        }

        var before = Paging.ReadPosition(call, pageToken, Paging.IsNumber) is { } position ? long.Parse(position, CultureInfo.InvariantCulture) : long.MaxValue;
        var rest = AuditScan.Run(store, call, before, start, (_, _, line) =>
        {
            if (!mayFit(line) || EventSummary.Read(line) is not { } summary || !fits(summary, line))
            {
                return false;
            }

            using var whole = RecordedEvent.Parse(line);
            if (make(summary, whole.RootElement) is not { } one)
            {
                return false;
            }

            _found.Add(one);
            _length += line.Length;
            return _found.Count == most || _length >= PageToken.MostLength / 2;
        });
        Next = rest is null ? null : PageToken.Of(call, rest.Value.ToString(CultureInfo.InvariantCulture));
    }
}

/// <summary>Looks at a line of the log.</summary>
internal delegate bool LineFilter(ReadOnlySpan<byte> line);

/// <summary>Looks at an event by its summary, and at its line where that does not do.</summary>
internal delegate bool SummaryFilter(EventSummary summary, ReadOnlySpan<byte> line);
