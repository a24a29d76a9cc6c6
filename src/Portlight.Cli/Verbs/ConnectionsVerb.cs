using System.CommandLine;
using System.Globalization;
using Portlight.Cli.Ports;
using Portlight.Wire.PortlightApi;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight connections</c>: the connections that others have to an instance at present, from the kernel of its host.</summary>
internal static class ConnectionsVerb
{
    public static Command Create()
    {
        var name = InstanceNames.Argument("The instance");
        var listing = new ListingOptions("Only those to this port", "Only those from this address or block");
        var command = new Command("connections", "Show the connections that others have to an instance") { name };
        listing.AddTo(command);
        var where = new InstallationOptions();
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new ListConnectionsRequest
            {
                InstanceName = parsed.GetRequiredValue(name),
                Port = parsed.GetValue(listing.Port),
                Cidr = parsed.GetValue(listing.From),
                MaxResults = parsed.GetValue(listing.Limit),
            };
            using var installation = await where.OpenAsync(parsed, cancellation);
            var answer = await InstanceSearch.AskAsync(
                installation, request.InstanceName,
                () => installation.CallAsync("ListConnections", request, PortlightJson.Default.ListConnectionsRequest, PortlightJson.Default.ListConnectionsResponse, cancellation), cancellation);
            return await ReportOutput.WriteAsync(parsed, listing.Json, answer, () => IndentedPortlightJson.Default.ListConnectionsResponse, (output, told) => Write(output, request.InstanceName, told));
        });
        return command;
    }

    private static void Write(TextWriter output, string name, ListConnectionsResponse answer)
    {
        if (answer.Connections.Count == 0)
        {
            output.WriteLine(answer.Total == 0 ? $"nobody is connected to {name}" : $"none of the {answer.Total} connections of {name}");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("from", "port", "since", "bytes", "let in by");
        foreach (var one in answer.Connections)
        {
            table.AddRow(
                Markup.Escape(one.PeerAddress.Contains(':', StringComparison.Ordinal) ? $"[{one.PeerAddress}]:{one.PeerPort}" : $"{one.PeerAddress}:{one.PeerPort}"),
                $"{one.Port}/{one.Protocol}",
                one.StartedAt is { } start ? start.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z" : "",
                one.Bytes?.ToString(CultureInfo.InvariantCulture) ?? "",
                one.PortState is { } rule ? Markup.Escape(PortText.Of([rule])) : "no rule");
        }

        Screen.Write(output, table);
        if (answer.Total > answer.Connections.Count)
        {
            output.WriteLine($"{answer.Connections.Count} of {answer.Total}");
        }
    }
}
