using System.CommandLine;
using System.Globalization;
using Portlight.Cli.Ports;
using Portlight.Wire.PortlightApi;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight counters</c>: how many packets each rule of an instance has let in, from the kernel of its host.</summary>
internal static class CountersVerb
{
    public static Command Create()
    {
        var name = InstanceNames.Argument("The instance");
        var json = new Option<bool>("--json") { Description = "The answer as JSON, in the shape of the API" };
        var command = new Command("counters", "Show how many packets each rule of an instance has let in") { name, json };
        InstanceReport.SetAction(
            command,
            name,
            json,
            (installation, parsed, cancellation) => installation.CallAsync(
                "GetPortCounters",
                new GetPortCountersRequest { InstanceName = parsed.GetRequiredValue(name) },
                PortlightJson.Default.GetPortCountersRequest,
                PortlightJson.Default.GetPortCountersResponse,
                cancellation),
            () => IndentedPortlightJson.Default.GetPortCountersResponse,
            (output, _, answer) => Write(output, answer));
        return command;
    }

    private static void Write(TextWriter output, GetPortCountersResponse answer)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("rule", "packets", "bytes");
        foreach (var one in answer.Counters ?? [])
        {
            table.AddRow(Markup.Escape(PortText.Of([one.PortState])), Text(one.Packets), Text(one.Bytes));
        }

        table.AddRow("refused", Text(answer.RefusedPackets), Text(answer.RefusedBytes));
        Screen.Write(output, table);
        if (answer.Counters is null)
        {
            output.WriteLine("what is let in is not counted by its host: `count-packets` of serve, or `agent --count-packets`");
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
