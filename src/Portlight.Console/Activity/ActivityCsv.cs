using System.Globalization;
using System.Text;
using Portlight.Console.Api;
using Portlight.Console.Networking;
using Portlight.Console.Ports;
using Portlight.Console.Shell;
using Portlight.Console.SignIn;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Activity;

/// <summary>The audit log as the page of activity narrows it, a line for each event, as it is read.</summary>
internal static class ActivityCsv
{
    private const int PageSize = 100;

    /// <summary>Pages of one file: each is a call, and an event of the audit log itself. The last line says where it was cut off.</summary>
    private const int MostPages = 100;

    public static async Task<IResult> RunAsync(string? who, string? instance, string[]? what, string? since, string? from, string? to, Visit visit, TimeProvider clock, HttpContext http)
    {
        try
        {
            var caller = await visit.CallerAsync();
            var request = ActivityQuery.Of(who, instance, what, since, from, to).Request(null, clock.GetUtcNow()) with { MaxResults = PageSize };
            // The first page before the head of the answer: a refusal has a status of its own.
            var page = await LookUpAsync(caller, request, http.RequestAborted);
            return Results.Stream(stream => WriteAsync(stream, caller, request, page, http.RequestAborted), "text/csv; charset=utf-8", "activity.csv");
        }
        catch (ApiException exception)
        {
            return FileRefusal.Of(exception);
        }
    }

    private static async Task WriteAsync(Stream stream, ApiCaller caller, LookupActivityRequest request, LookupActivityResponse page, CancellationToken cancellation)
    {
        await using var writer = new StreamWriter(stream, new UTF8Encoding(false));
        await writer.WriteLineAsync("time,by,operation,resources,effects,error,reason,cause,address,agent,event");
        for (var pages = 1; ; pages++)
        {
            foreach (var entry in page.Activities)
            {
                await writer.WriteLineAsync(Line(entry));
            }

            if (page.NextPageToken is not { } token)
            {
                return;
            }

            if (pages == MostPages)
            {
                await writer.WriteLineAsync(CsvText.Line([$"cut off after {pages * PageSize} events at most: narrow the question"]));
                return;
            }

            page = await LookUpAsync(caller, request with { PageToken = token }, cancellation);
        }
    }

    private static string Line(Wire.PortlightApi.Activity entry) => CsvText.Line(
    [
        entry.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), entry.By.Name, entry.EventName, string.Join(' ', entry.Resources.Select(thing => thing.Name)),
        string.Join("; ", entry.Effects.Select(effect => $"{effect.Kind} {effect.Protocol} {new PortRule(effect.Protocol, effect.FromPort, effect.ToPort, []).Range} {EffectWords.Line(effect)}")) + (entry.FurtherEffects > 0 ? $"; and {entry.FurtherEffects} more" : ""),
        entry.ErrorCode ?? "", entry.Reason ?? "", entry.Cause ?? "", entry.By.SourceIpAddress ?? "", entry.By.UserAgent ?? "", entry.EventId,
    ]);

    private static Task<LookupActivityResponse> LookUpAsync(ApiCaller caller, LookupActivityRequest request, CancellationToken cancellation) => caller.CallAsync(
        "LookupActivity", request, PortlightJson.Default.LookupActivityRequest, PortlightJson.Default.LookupActivityResponse, cancellation);
}
