using System.Globalization;
using System.Text;
using Portlight.Console.Api;
using Portlight.Console.Ports;
using Portlight.Console.Shell;
using Portlight.Console.SignIn;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Exposure;

/// <summary>Every rule of every instance that the person may see, a line each, as it is read.</summary>
internal static class ExposureCsv
{
    private const int PageSize = 1_000;

    public static async Task<IResult> RunAsync(string region, Visit visit, HttpContext http)
    {
        try
        {
            var caller = await visit.CallerAsync();
            if (caller.Region != region)
            {
                return Results.NotFound();
            }

            // The first page before the head of the answer: a refusal has a status of its own.
            var page = await ListAsync(caller, null, http.RequestAborted);
            return Results.Stream(stream => WriteAsync(stream, caller, page, http.RequestAborted), "text/csv; charset=utf-8", $"exposure-{region}.csv");
        }
        catch (ApiException exception)
        {
            return FileRefusal.Of(exception);
        }
    }

    private static async Task WriteAsync(Stream stream, ApiCaller caller, ListFleetResponse page, CancellationToken cancellation)
    {
        await using var writer = new StreamWriter(stream, new UTF8Encoding(false));
        await writer.WriteLineAsync("instance,addresses,state,protocol,from,to,width,sources");
        while (true)
        {
            foreach (var instance in page.Instances)
            {
                foreach (var rule in instance.PortStates.Select(PortRule.Of))
                {
                    var width = rule.Width([]) switch { PortWidth.One => "one", PortWidth.Networks => "networks", _ => "everyone" };
                    string[] cells = [instance.Name, string.Join(' ', instance.IpAddresses), instance.State, rule.Protocol, Number(rule.FromPort), Number(rule.ToPort), width, string.Join(' ', rule.Sources)];
                    await writer.WriteLineAsync(CsvText.Line(cells));
                }
            }

            if (page.NextPageToken is not { } token)
            {
                return;
            }

            page = await ListAsync(caller, token, cancellation);
        }
    }

    private static Task<ListFleetResponse> ListAsync(ApiCaller caller, string? token, CancellationToken cancellation) => caller.CallAsync(
        "ListFleet", new ListFleetRequest { MaxResults = PageSize, PageToken = token }, PortlightJson.Default.ListFleetRequest, PortlightJson.Default.ListFleetResponse, cancellation);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
