using System.Globalization;
using Portlight.Wire.PortlightApi;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary>What was refused at all instances, as text: the ports first, then the sources.</summary>
internal static class FleetRefusals
{
    private const int ShownPorts = 10;
    private const int ShownNames = 3;

    public static void Write(TextWriter output, ListFleetRefusalsResponse answer)
    {
        var where = answer.Instances == 1 ? "1 instance" : $"{answer.Instances} instances";
        if (answer.Refusals.Count == 0)
        {
            output.WriteLine($"nothing was refused in the last ten minutes, at {where}");
        }
        else
        {
            var ports = new Table().Border(TableBorder.Simple).AddColumns("for", "packets", "sources", "instances");
            foreach (var port in answer.Ports.Take(ShownPorts))
            {
                ports.AddRow(For(port.Protocol, port.FromPort, port.ToPort), Text(port.Packets), Text(port.Sources), Text(port.Instances));
            }

            var sources = new Table().Border(TableBorder.Simple).AddColumns("from", "for", "packets", "at", "last");
            foreach (var one in answer.Refusals)
            {
                sources.AddRow(Markup.Escape(one.SourceAddress), For(one.Protocol, one.FromPort, one.ToPort), Text(one.Packets), Markup.Escape(At(one)), Time(one.LastAt));
            }

            Screen.Write(output, ports);
            Screen.Write(output, sources);
            output.WriteLine($"{answer.Refusals.Count} of {answer.Total}, at {where}");
        }

        if (answer.NotListed > 0)
        {
            output.WriteLine($"{answer.NotListed} more sources were noted and are not listed");
        }

        foreach (var host in answer.Unknown)
        {
            output.WriteLine($"not known of {(host.Instances == 1 ? "1 instance" : $"{host.Instances} instances")} on {host.HostName}: {host.Reason}");
        }
    }

    public static string For(string protocol, int? from, int? to) => (protocol, from) switch
    {
        (_, null) => $"protocol {protocol}",
        ("icmp" or "icmpv6", _) => $"{protocol} type {from} code {to}",
        _ => $"{from}/{protocol}",
    };

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z";

    private static string At(FleetRefusal one) => string.Join(", ", one.InstanceNames.Take(ShownNames)) + (one.Instances > ShownNames ? $" and {one.Instances - ShownNames} more" : "");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
