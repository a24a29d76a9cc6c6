using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Portlight.Wire.Client;
using Portlight.Wire.PortlightApi;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary><c>portlight refusals</c>: what was refused to an instance in the last ten minutes, and from whom, as the kernel of its host has noted it.</summary>
internal static class RefusalsVerb
{
    private const int Most = 1_000;

    public static Command Create()
    {
        var name = InstanceNames.Argument("The instance");
        var port = new Option<int?>("--port") { HelpName = "PORT", Description = "Only what was for this port" };
        var from = new Option<string?>("--from") { HelpName = "SOURCE", Description = "Only what came from this address or block" };
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
        var command = new Command("refusals", "Show what was refused to an instance in the last ten minutes, and from whom") { name, port, from, limit, json };
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = new ListRefusalsRequest
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
                await output.WriteLineAsync(JsonSerializer.Serialize(answer, IndentedPortlightJson.Default.ListRefusalsResponse));
            }
            else
            {
                Write(output, request.InstanceName!, answer);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<ListRefusalsResponse> AskAsync(Installation installation, ListRefusalsRequest request, CancellationToken cancellation)
    {
        try
        {
            return await installation.CallAsync(
                "ListRefusals", request, PortlightJson.Default.ListRefusalsRequest, PortlightJson.Default.ListRefusalsResponse, cancellation);
        }
        catch (AwsErrorException missing) when (missing.Type == "NotFoundException" && installation.OtherAccount is null)
        {
            throw await InstanceSearch.ElsewhereAsync(installation, request.InstanceName!, cancellation);
        }
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
