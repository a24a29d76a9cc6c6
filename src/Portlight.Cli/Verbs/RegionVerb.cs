using System.CommandLine;
using System.Text.Json;
using Portlight.Wire.PortlightApi;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight region open|list</c>: regions of the service's list that this installation answers in.</summary>
internal static class RegionVerb
{
    public static Command Create() => new("region", "Open and list regions") { OpenVerb(), ListVerb() };

    private static Command OpenVerb()
    {
        var data = DataOption.Create();
        var name = new Argument<string>("region") { Description = "A region of the service's list, as in eu-central-1" };
        var command = new Command("open", "Open a region") { name, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = Installation.Open(DataDirectory.Resolve(parsed.GetValue(data)));
            var opened = await installation.CallAsync(
                "OpenRegion",
                new OpenRegionRequest { RegionName = parsed.GetRequiredValue(name) },
                PortlightJson.Default.OpenRegionRequest,
                PortlightJson.Default.OpenRegionResponse,
                cancellation);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{opened.Region.Name} is {opened.Region.State}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command ListVerb()
    {
        var data = DataOption.Create();
        var json = new Option<bool>("--json") { Description = "The answer as JSON, in the shape of the API" };
        var command = new Command("list", "List the opened regions: name, state, opening time") { json, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = Installation.Open(DataDirectory.Resolve(parsed.GetValue(data)));
            var answer = await installation.CallAsync(
                "ListRegions", new ListRegionsRequest(), PortlightJson.Default.ListRegionsRequest, PortlightJson.Default.ListRegionsResponse, cancellation);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(answer, IndentedPortlightJson.Default.ListRegionsResponse));
            }
            else
            {
                Screen.Write(output, Rows(answer.Regions));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Table Rows(IReadOnlyList<OpenedRegion> regions)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("region", "state", "opened");
        foreach (var region in regions)
        {
            table.AddRow(Markup.Escape(region.Name), Markup.Escape(region.State), HostVerb.Time(region.OpenedAt));
        }

        return table;
    }
}
