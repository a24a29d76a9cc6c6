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
        name.CompletionSources.Add(InstanceNames.Find);
        var where = new InstallationOptions();
        var command = new Command("status", "Show what is desired and what is applied") { name, json };
        where.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var installation = where.OpenAsOwner(parsed);
            var status = await FindAllAsync(installation, parsed.GetValue(name), where.Region(parsed), where.Account(parsed), cancellation);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(status, IndentedPortlightJson.Default.GetStatusResponse));
            }
            else
            {
                StatusTable.Write(output, installation.Endpoint, status);
            }

            return status.Instances.All(instance => IsApplied(instance) || IsRecordOf(instance)) && status.Agents.All(HostTable.IsWell) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    internal static bool IsApplied(InstanceStatus instance) => instance.AppliedRevision == instance.DesiredRevision && instance.LastError is null && instance.NotFiltered is null;

    /// <summary>Made while ports were only recorded: nobody expects its packets to be filtered. Of what is attached somebody does, whatever the mode.</summary>
    internal static bool IsRecordOf(InstanceStatus instance) => instance is { Attachment.Kind: "recorded", LastError: null };

    /// <summary>One instance of this installation's own account; a name that is not there is the server's error, or says where there is one.</summary>
    internal static async Task<InstanceStatus> FindAsync(Installation installation, string name, CancellationToken cancellation) =>
        (await InstanceSearch.AskAsync(installation, name, () => ReadAsync(installation, name, cancellation), cancellation)).Instances.Single();

    /// <summary>All instances of that name, region and account; null for any.</summary>
    private static async Task<GetStatusResponse> FindAllAsync(Installation installation, string? name, string? region, string? account, CancellationToken cancellation)
    {
        var status = await ReadAsync(installation, name: null, cancellation);
        var found = status.Instances
            .Where(instance => (name is null || instance.Name == name) && (region is null || instance.RegionName == region) && (account is null || instance.AccountId == account))
            .ToList();
        return found.Count == 0 && name is not null
            ? throw new FailedException($"there is no instance {name}{(region is null ? "" : $" in {region}")}{(account is null ? "" : $" of account {account}")}{Suggestion.For(name, status.Instances.Select(instance => instance.Name))}")
            : status with { Instances = found };
    }

    /// <summary>All pages of the status.</summary>
    internal static async Task<GetStatusResponse> ReadAsync(Installation installation, string? name, CancellationToken cancellation)
    {
        var instances = new List<InstanceStatus>();
        string? page = null;
        IReadOnlyList<AgentStatus>? agents = null;
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
            agents ??= answer.Agents; // the first page has those of all hosts
            page = answer.NextPageToken;
        }
        while (page is not null);

        return answer with { Instances = instances, Agents = agents, NextPageToken = null };
    }
}
