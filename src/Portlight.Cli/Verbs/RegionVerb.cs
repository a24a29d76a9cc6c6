using System.CommandLine;
using System.Globalization;
using Portlight.Wire.PortlightApi;

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
            await parsed.InvocationConfiguration.Output.WriteLineAsync(Line(opened.Region));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command ListVerb()
    {
        var data = DataOption.Create();
        var command = new Command("list", "List the opened regions: name, state, when it was opened") { data };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = Installation.Open(DataDirectory.Resolve(parsed.GetValue(data)));
            var answer = await installation.CallAsync(
                "ListRegions", new ListRegionsRequest(), PortlightJson.Default.ListRegionsRequest, PortlightJson.Default.ListRegionsResponse, cancellation);
            foreach (var region in answer.Regions)
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(Line(region));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static string Line(OpenedRegion region) => $"{region.Name}\t{region.State}\t{region.OpenedAt.UtcDateTime.ToString("s", CultureInfo.InvariantCulture)}Z";
}
