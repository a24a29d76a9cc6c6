using System.CommandLine;
using System.Text.Json;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight discover</c>: the guests of a host that could be attached, each with the line that does it. Attaches nothing.</summary>
internal static class DiscoverVerb
{
    public static Command Create()
    {
        var data = DataOption.Create();
        var host = new Option<string?>("--host") { HelpName = "HOST", Description = "The host to look at (`portlight host list`); without it the server's own machine" };
        var json = new Option<bool>("--json") { Description = "The answer as JSON, in the shape of the API" };
        var command = new Command("discover", "Show the virtual machines and containers of a host, and how to attach each") { host, json, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = Installation.Open(DataDirectory.Resolve(parsed.GetValue(data)));
            var found = await installation.CallAsync(
                "DiscoverGuests", new DiscoverGuestsRequest { HostName = parsed.GetValue(host) }, PortlightJson.Default.DiscoverGuestsRequest, PortlightJson.Default.DiscoverGuestsResponse, cancellation);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(found, IndentedPortlightJson.Default.DiscoverGuestsResponse));
                return ExitCode.Done;
            }

            foreach (var line in GuestList.Lines(found, parsed.GetValue(host)))
            {
                await output.WriteLineAsync(line);
            }

            foreach (var unseen in found.Unseen)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"not seen: {unseen}");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
