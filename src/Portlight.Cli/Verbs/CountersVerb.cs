using System.CommandLine;
using System.Globalization;
using Portlight.Cli.Ports;
using Portlight.Wire.PortlightApi;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight counters</c>: how many packets each rule of an instance has let in, from the kernel of its host, or over the last day, as the host remembers it.</summary>
internal static class CountersVerb
{
    public static Command Create()
    {
        var name = InstanceNames.Argument("The instance");
        var day = new Option<bool>("--day") { Description = "Over the last 24 hours, hour by hour" };
        var json = new Option<bool>("--json") { Description = "The answer as JSON, in the shape of the API" };
        var where = new InstallationOptions();
        var command = new Command("counters", "Show how many packets each rule of an instance has let in") { name, day, json };
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var instance = parsed.GetRequiredValue(name);
            using var installation = await where.OpenAsync(parsed, cancellation);
            if (parsed.GetValue(day))
            {
                var request = new GetPortTrafficRequest { InstanceName = instance };
                var traffic = await InstanceSearch.AskAsync(
                    installation, instance,
                    () => installation.CallAsync("GetPortTraffic", request, PortlightJson.Default.GetPortTrafficRequest, PortlightJson.Default.GetPortTrafficResponse, cancellation), cancellation);
                return await ReportOutput.WriteAsync(parsed, json, traffic, () => IndentedPortlightJson.Default.GetPortTrafficResponse, DayOfPorts.Write);
            }

            var asked = new GetPortCountersRequest { InstanceName = instance };
            var answer = await InstanceSearch.AskAsync(
                installation, instance,
                () => installation.CallAsync("GetPortCounters", asked, PortlightJson.Default.GetPortCountersRequest, PortlightJson.Default.GetPortCountersResponse, cancellation), cancellation);
            return await ReportOutput.WriteAsync(parsed, json, answer, () => IndentedPortlightJson.Default.GetPortCountersResponse, Write);
        });
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
            output.WriteLine(DayOfPorts.NotCounted);
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
