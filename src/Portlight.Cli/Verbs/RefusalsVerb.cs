using System.CommandLine;
using System.Globalization;
using Portlight.Wire.PortlightApi;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight refusals</c>: what was refused in the last ten minutes and from whom, at one instance or at all of them, as the kernels of their hosts have noted it.</summary>
internal static class RefusalsVerb
{
    public static Command Create()
    {
        var name = InstanceNames.Argument("The instance (default: all instances)");
        name.Arity = ArgumentArity.ZeroOrOne;
        var tag = new Option<string[]>("--tag") { HelpName = "KEY[=VALUE]", Description = "Of all instances only those with this tag; may be given several times" };
        var listing = new ListingOptions("Only what was for this port", "Only what came from this address or block");
        var where = new InstallationOptions();
        var command = new Command("refusals", "Show what was refused in the last ten minutes and from whom, at an instance or at all of them") { name, tag };
        listing.AddTo(command);
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var tags = TagOption.Read(parsed.GetValue(tag));
            var instance = parsed.GetValue(name);
            if (instance is not null && tags.Count > 0)
            {
                throw new UsageException("--tag is about all instances: leave the name away");
            }

            using var installation = await where.OpenAsync(parsed, cancellation);
            if (instance is null)
            {
                var request = new ListFleetRefusalsRequest { Port = parsed.GetValue(listing.Port), Cidr = parsed.GetValue(listing.From), MaxResults = parsed.GetValue(listing.Limit), Tags = tags };
                var all = await installation.CallAsync("ListFleetRefusals", request, PortlightJson.Default.ListFleetRefusalsRequest, PortlightJson.Default.ListFleetRefusalsResponse, cancellation);
                return await ReportOutput.WriteAsync(parsed, listing.Json, all, () => IndentedPortlightJson.Default.ListFleetRefusalsResponse, FleetRefusals.Write);
            }

            var one = new ListRefusalsRequest { InstanceName = instance, Port = parsed.GetValue(listing.Port), Cidr = parsed.GetValue(listing.From), MaxResults = parsed.GetValue(listing.Limit) };
            var answer = await InstanceSearch.AskAsync(
                installation, instance, () => installation.CallAsync("ListRefusals", one, PortlightJson.Default.ListRefusalsRequest, PortlightJson.Default.ListRefusalsResponse, cancellation), cancellation);
            return await ReportOutput.WriteAsync(parsed, listing.Json, answer, () => IndentedPortlightJson.Default.ListRefusalsResponse, (output, told) => Write(output, instance, told));
        });
        return command;
    }

    private static void Write(TextWriter output, string name, ListRefusalsResponse answer)
    {
        if (answer.Refusals.Count == 0)
        {
            output.WriteLine(answer.Total == 0 ? $"nothing was refused to {name} in the last ten minutes" : $"none of the {answer.Total} sources that were refused to {name}");
        }
        else
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns("from", "for", "packets", "first", "last");
            foreach (var one in answer.Refusals)
            {
                table.AddRow(
                    Markup.Escape(one.SourceAddress), FleetRefusals.For(one.Protocol, one.FromPort, one.ToPort), one.Packets.ToString(CultureInfo.InvariantCulture), FleetRefusals.Time(one.FirstAt), FleetRefusals.Time(one.LastAt));
            }

            Screen.Write(output, table);
            if (answer.Total > answer.Refusals.Count)
            {
                output.WriteLine($"{answer.Refusals.Count} of {answer.Total}");
            }
        }

        output.WriteLine($"{answer.Packets} packets refused since {name} is where it is");
    }
}
