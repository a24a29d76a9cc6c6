using System.CommandLine;
using System.Text.Json;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary>
/// <c>portlight status</c>: what is desired and what is applied, side by side. Exit code 1 when they differ, something was refused, or packets of what is
/// attached are not filtered, so that a script or a monitor needs no parser.
/// </summary>
internal static class StatusVerb
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "The answer as JSON, in the shape of the API" };
        var name = new Argument<string?>("name") { Description = "Only this instance", Arity = ArgumentArity.ZeroOrOne };
        var data = DataOption.Create();
        var command = new Command("status", "Show what is desired and what is applied") { name, json, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = Installation.Open(DataDirectory.Resolve(parsed.GetValue(data)));
            var status = await ReadAsync(installation, parsed.GetValue(name), cancellation);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(status, IndentedPortlightJson.Default.GetStatusResponse));
            }
            else
            {
                StatusTable.Write(output, installation.Endpoint, status);
            }

            return status.Instances.All(instance => IsApplied(instance) || IsRecordOf(instance)) && status.Agents.All(agent => agent.IsConnected) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    internal static bool IsApplied(InstanceStatus instance) => instance.AppliedRevision == instance.DesiredRevision && instance.LastError is null && instance.NotFiltered is null;

    /// <summary>Made while ports were only recorded: nobody expects its packets to be filtered. Of what is attached somebody does, whatever the mode.</summary>
    internal static bool IsRecordOf(InstanceStatus instance) => instance is { Attachment.Kind: "recorded", LastError: null };

    /// <summary>One instance; a name that there is not is the server's error.</summary>
    internal static async Task<InstanceStatus> FindAsync(Installation installation, string name, CancellationToken cancellation) =>
        (await ReadAsync(installation, name, cancellation)).Instances.Single();

    /// <summary>All pages of the status.</summary>
    internal static async Task<GetStatusResponse> ReadAsync(Installation installation, string? name, CancellationToken cancellation)
    {
        var instances = new List<InstanceStatus>();
        string? page = null;
        GetStatusResponse answer;
        do
        {
            answer = await installation.CallAsync(
                "GetStatus",
                new GetStatusRequest { InstanceName = name, PageToken = page },
                PortlightJson.Default.GetStatusRequest,
                PortlightJson.Default.GetStatusResponse,
                cancellation);
            instances.AddRange(answer.Instances);
            page = answer.NextPageToken;
        }
        while (page is not null);

        return answer with { Instances = instances, NextPageToken = null };
    }
}
