using System.Globalization;
using System.Text;
using Portlight.Api;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.CloudTrail;

namespace Portlight.Audit;

/// <summary>Reads the audit log, newest first, as CloudTrail has it. A page may hold too few events, and then has a token that goes on from there, as clients that page expect.</summary>
internal sealed class LookupEvents(IStore store, string homeRegion) : IOperation<LookupEventsRequest, LookupEventsResponse>
{
    private const int MostResults = 50;

    /// <summary>Bytes of events in one answer: a page ends with the event that exceeds it.</summary>
    private const int MostFound = 1 << 19;

    public Task<LookupEventsResponse> HandleAsync(Call call, LookupEventsRequest request)
    {
        var most = request.MaxResults ?? MostResults;
        if (most is < 1 or > MostResults)
        {
            throw new InvalidMaxResultsException($"`MaxResults` is {most}; it must be 1 to {MostResults}");
        }

        var filter = EventFilter.Of(call, homeRegion, isOwner: store.View.FindAccount(call.Principal.AccountId) is { IsOwner: true }, request);
        var fingerprint = filter.Fingerprint();
        var before = request.NextToken is null ? long.MaxValue : LookupToken.Read(request.NextToken, fingerprint);
        if (request.EventCategory is not null)
        {
            return Task.FromResult(new LookupEventsResponse { Events = [] }); // nobody draws insights here
        }

        var found = new List<Event>(most);
        var rest = Scan(call, filter, before, most, found);
        return Task.FromResult(new LookupEventsResponse { Events = found, NextToken = rest is null ? null : LookupToken.Write(rest.Value, fingerprint) });
    }

    /// <summary>Null when nothing older can match; else the number of the event that filled the page.</summary>
    private long? Scan(Call call, EventFilter filter, long before, int most, List<Event> found) => AuditScan.Run(store, call, before, filter.Start, (sequence, at, line) =>
    {
        var read = EventSummary.Read(line);
        if ((read ?? filter.Unreadable(sequence, at)) is not { } summary || !filter.Matches(summary))
        {
            return false;
        }

        found.Add(ToWire(summary, read is null ? UnreadableLine(sequence, at) : Encoding.UTF8.GetString(line)));
        return found.Count == most || found.Sum(one => (long)one.CloudTrailEvent!.Length) >= MostFound;
    });

    /// <summary>In the place of a line that is no event: it is said to be there, and where.</summary>
    private static string UnreadableLine(long sequence, DateTimeOffset at) => string.Create(
        CultureInfo.InvariantCulture,
        $$$"""{"eventVersion":"1.11","eventTime":"{{{at.UtcDateTime:s}}}Z","eventSource":"portlight","eventName":"UnreadableEvent","eventType":"AwsServiceEvent","serviceEventDetails":{"sequence":{{{sequence}}},"reason":"the line cannot be read; portlight audit verify tells whether it is the one that was recorded"}}""");

    private static Event ToWire(EventSummary summary, string line) => new()
    {
        EventId = summary.EventId,
        EventName = summary.EventName,
        ReadOnly = summary.IsReadOnly ? "true" : "false",
        AccessKeyId = summary.AccessKeyId,
        EventTime = summary.Time,
        EventSource = summary.EventSource,
        Username = summary.Username,
        Resources = summary.Resources,
        CloudTrailEvent = line,
    };
}
