using System.CommandLine;
using System.Globalization;
using Portlight.Wire.PortlightApi;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight refusals</c>: what was refused to an instance in the last ten minutes, and from whom, as the kernel of its host has noted it.</summary>
internal static class RefusalsVerb
{
    public static Command Create()
    {
        var name = InstanceNames.Argument("The instance");
        var listing = new ListingOptions("Only what was for this port", "Only what came from this address or block");
        var command = new Command("refusals", "Show what was refused to an instance in the last ten minutes, and from whom") { name };
        listing.AddTo(command);
        InstanceReport.SetAction(
            command,
            name,
            listing.Json,
            (installation, parsed, cancellation) => installation.CallAsync(
                "ListRefusals",
                new ListRefusalsRequest
                {
                    InstanceName = parsed.GetRequiredValue(name),
                    Port = parsed.GetValue(listing.Port),
                    Cidr = parsed.GetValue(listing.From),
                    MaxResults = parsed.GetValue(listing.Limit),
                },
                PortlightJson.Default.ListRefusalsRequest,
                PortlightJson.Default.ListRefusalsResponse,
                cancellation),
            () => IndentedPortlightJson.Default.ListRefusalsResponse,
            Write);
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
                table.AddRow(Markup.Escape(one.SourceAddress), For(one), one.Packets.ToString(CultureInfo.InvariantCulture), Time(one.FirstAt), Time(one.LastAt));
            }

            Screen.Write(output, table);
            if (answer.Total > answer.Refusals.Count)
            {
                output.WriteLine($"{answer.Refusals.Count} of {answer.Total}");
            }
        }

        output.WriteLine($"{answer.Packets} packets refused since {name} is where it is");
    }

    private static string For(Refusal one) => (one.Protocol, one.FromPort) switch
    {
        (_, null) => $"protocol {one.Protocol}",
        ("icmp" or "icmpv6", _) => $"{one.Protocol} type {one.FromPort} code {one.ToPort}",
        _ => $"{one.FromPort}/{one.Protocol}",
    };

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z";
}
