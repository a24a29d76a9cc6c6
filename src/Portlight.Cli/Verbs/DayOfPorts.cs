using System.Globalization;
using Portlight.Cli.Ports;
using Portlight.Wire.PortlightApi;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary>A day of an instance's ports as text: a bar for each hour, a dot for an hour in which nobody counted.</summary>
internal static class DayOfPorts
{
    public const string NotCounted = "what is let in is not counted by its host: `count-packets` of serve, or `agent --count-packets`";

    private const string Bars = "▁▂▃▄▅▆▇█";
    private const int StepsOfHour = 4;

    public static void Write(TextWriter output, GetPortTrafficResponse answer)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("rule", "24 hours", "packets", "last let in", "counted since");
        foreach (var rule in answer.Rules ?? [])
        {
            table.AddRow(Markup.Escape(PortText.Of([rule.PortState])), Curve(rule.Packets), Sum(rule.Packets), rule.LastUsedAt is { } at ? FleetRefusals.Time(at) : "-", rule.CountedSince is { } since ? FleetRefusals.Time(since) : "not yet");
        }

        table.AddRow("refused", Curve(answer.Refused), Sum(answer.Refused), "", "");
        Screen.Write(output, table);
        output.WriteLine($"from {FleetRefusals.Time(answer.Begin)} on; a dot is an hour in which nobody counted");
        if (answer.Rules is null)
        {
            output.WriteLine(NotCounted);
        }
    }

    /// <summary>One letter for each hour. Zero is the lowest bar, and whatever is more is higher.</summary>
    public static string Curve(IReadOnlyList<long?> steps)
    {
        var hours = steps.Chunk(StepsOfHour).Select(hour => hour.All(step => step is null) ? (long?)null : hour.Sum(step => step ?? 0)).ToList();
        var most = Math.Max(1, hours.Max() ?? 0);
        return string.Concat(hours.Select(hour => hour switch
        {
            null => '·',
            0 => Bars[0],
            { } packets => Bars[1 + (int)((packets - 1) * (Bars.Length - 1.0) / most)],
        }));
    }

    private static string Sum(IReadOnlyList<long?> steps) => steps.All(step => step is null) ? "-" : steps.Sum(step => step ?? 0).ToString(CultureInfo.InvariantCulture);
}
