using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Portlight.Cli.Ports;
using Portlight.Wire.Client;
using Portlight.Wire.PortlightApi;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight connections</c>: the connections that others have to an instance at present, from the kernel of its host.</summary>
internal static class ConnectionsVerb
{
    private const int Most = 1_000;

    public static Command Create()
    {
        var name = InstanceNames.Argument("The instance");
        var port = new Option<int?>("--port") { HelpName = "PORT", Description = "Only those to this port" };
        var from = new Option<string?>("--from") { HelpName = "SOURCE", Description = "Only those from this address or block" };
        var limit = new Option<int>("--limit") { HelpName = "COUNT", Description = "How many, 200 if not given", DefaultValueFactory = _ => 200 };
        limit.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<int>() is < 1 or > Most)
            {
                result.AddError($"--limit must be 1 to {Most}");
            }
        });
        var json = new Option<bool>("--json") { Description = "The answer as JSON, in the shape of the API" };
        var where = new InstallationOptions();
        var command = new Command("connections", "Show the connections that others have to an instance") { name, port, from, limit, json };
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new ListConnectionsRequest
            {
                InstanceName = parsed.GetRequiredValue(name),
                Port = parsed.GetValue(port),
                Cidr = parsed.GetValue(from),
                MaxResults = parsed.GetValue(limit),
            };
            using var installation = await where.OpenAsync(parsed, cancellation);
            var answer = await AskAsync(installation, request, cancellation);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(answer, IndentedPortlightJson.Default.ListConnectionsResponse));
            }
            else
            {
                Write(output, request.InstanceName!, answer);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<ListConnectionsResponse> AskAsync(Installation installation, ListConnectionsRequest request, CancellationToken cancellation)
    {
        try
        {
            return await installation.CallAsync(
                "ListConnections", request, PortlightJson.Default.ListConnectionsRequest, PortlightJson.Default.ListConnectionsResponse, cancellation);
        }
        catch (AwsErrorException missing) when (missing.Type == "NotFoundException" && installation.OtherAccount is null)
        {
            throw await InstanceSearch.ElsewhereAsync(installation, request.InstanceName!, cancellation);
        }
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
