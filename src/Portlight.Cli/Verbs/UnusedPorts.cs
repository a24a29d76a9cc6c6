using System.Globalization;
using Portlight.Cli.Ports;
using Portlight.Wire.PortlightApi;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary>Rules that have let in nothing for days, as text, with how much is not known.</summary>
internal static class UnusedPorts
{
    /// <summary>Days as they are typed: <c>30</c> or <c>30d</c>.</summary>
    /// <exception cref="UsageException">It is no number of days.</exception>
    public static int Days(string text) => int.TryParse(text.EndsWith('d') ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= 365
        ? days
        : throw new UsageException($"--unused: `{text}` is not 1 to 365 days; write 30d");

    public static void Write(TextWriter output, int days, ListUnusedPortsResponse answer)
    {
        if (answer.Ports.Count == 0)
        {
            output.WriteLine($"no rule is known to have let in nothing for {Count(days, "day")}");
        }
        else
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns("instance", "rule", "last let in", "counted since");
            foreach (var port in answer.Ports)
            {
                table.AddRow(Markup.Escape(port.InstanceName), Markup.Escape(PortText.Of([port.PortState])), port.LastUsedAt is { } at ? FleetRefusals.Time(at) : "never", FleetRefusals.Time(port.CountedSince));
            }

            Screen.Write(output, table);
        }

        output.WriteLine($"{answer.Ports.Count} of {answer.Total} unused, {Count(answer.Used, "rule")} in use");
        if (answer.CountedTooShortly > 0)
        {
            output.WriteLine($"{Count(answer.CountedTooShortly, "rule")} let in nothing and {(answer.CountedTooShortly == 1 ? "is" : "are")} not counted for so long, the first since {FleetRefusals.Time(answer.FirstCountedSince!.Value)}");
        }

        if (answer.NotKnown > 0)
        {
            output.WriteLine($"not known of {Count(answer.NotKnown, "rule")}");
        }

        foreach (var host in answer.Unknown)
        {
            output.WriteLine($"{host.HostName}, {Count(host.Instances, "instance")}: {host.Reason}");
        }
    }

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
