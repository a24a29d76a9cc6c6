using System.Text.Json;
using Portlight.Wire.CloudTrail;

namespace Portlight.Cli.History;

/// <summary>Events of the audit log as the command reads them, by LookupEvents.</summary>
internal static class AuditReading
{
    private const int Page = 50;

    /// <summary>Deeper than any event.</summary>
    private static readonly JsonDocumentOptions Readable = new() { MaxDepth = 512 };

    /// <summary>The newest events that have a property, newest first.</summary>
    public static async Task<List<Event>> ReadAsync(Installation installation, LookupAttribute? attribute, int limit, CancellationToken cancellation)
    {
        var events = new List<Event>();
        await foreach (var one in EachAsync(installation, attribute, Math.Min(Page, limit), cancellation))
        {
            events.Add(one);
            if (events.Count == limit)
            {
                break;
            }
        }

        return events;
    }

    /// <summary>The same, page by page, for as long as the caller goes on.</summary>
    public static async IAsyncEnumerable<Event> EachAsync(
        Installation installation, LookupAttribute? attribute, int page, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        string? token = null;
        do
        {
            var request = new LookupEventsRequest { LookupAttributes = attribute is null ? null : [attribute], MaxResults = page, NextToken = token };
            var answer = await installation.LookupEventsAsync(request, cancellation);
            foreach (var one in answer.Events)
            {
                yield return one;
            }

            token = answer.NextToken;
        }
        while (token is not null);
    }

    public static JsonDocument Parse(Event one) => JsonDocument.Parse(one.CloudTrailEvent ?? "{}", Readable);

    /// <summary>The operator of a verb that works on the data directory; else the server itself.</summary>
    public static string Actor(JsonElement whole) => whole.TryGetProperty("serviceEventDetails", out var details)
        ? Text(details, "uid") is not { } uid ? "portlight" : Text(details, "sudoUser") is { } sudo ? $"uid {uid}, sudo by {sudo}" : $"uid {uid}"
        : "unknown";

    public static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
