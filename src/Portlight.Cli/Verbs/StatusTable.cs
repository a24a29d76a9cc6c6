using Portlight.Wire.PortlightApi;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary>The status as a person reads it: one line of the server, one row for each instance, one line for each problem.</summary>
internal static class StatusTable
{
    public static void Write(TextWriter output, Uri endpoint, GetStatusResponse status)
    {
        var console = Screen.On(output);
        var server = status.Server;
        console.MarkupLineInterpolated($"[bold]portlight[/] {server.Version} at {endpoint.GetLeftPart(UriPartial.Authority)}, enforce={server.Enforce}, connections={server.Connections}, revision {server.Revision}");
        if (server.EnforceReason is { } reason)
        {
            console.MarkupLineInterpolated($"[yellow]no packet is judged:[/] {reason}");
        }

        if (status.Instances.Count > 0)
        {
            console.Write(Instances(status.Instances));
        }

        foreach (var instance in status.Instances.Where(instance => instance.ConfirmBy is not null))
        {
            console.MarkupLineInterpolated($"[yellow]{instance.Name}[/]: its change is undone at {instance.ConfirmBy:yyyy-MM-dd HH:mm:ss}Z unless `portlight confirm {instance.Name}` comes from a new session");
        }

        foreach (var instance in status.Instances.Where(instance => instance.LastError is not null))
        {
            console.MarkupLineInterpolated($"[red]{instance.Name}[/]: {instance.LastError}");
        }

        foreach (var agent in status.Agents)
        {
            var drift = agent.DriftRepairs == 0 ? "" : $"; {agent.DriftRepairs} times it put back what others had changed";
            console.MarkupLineInterpolated($"agent {agent.Host}: {(agent.IsConnected ? "connected" : "not connected")}{drift}{(agent.LastError is { } error ? $"; last refusal: {error}" : "")}");
        }
    }

    private static Table Instances(IEnumerable<InstanceStatus> instances)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var heading in (string[])["instance", "state", "where", "open ports", "applied"])
        {
            table.AddColumn(heading);
        }

        foreach (var instance in instances)
        {
            table.AddRow(
                Markup.Escape(instance.Name),
                Markup.Escape(instance.State),
                Markup.Escape(Where(instance.Attachment)),
                instance.PortStates.Count == 0 ? "none" : Markup.Escape(string.Join('\n', instance.PortStates.Select(PortText.Of))),
                Applied(instance));
        }

        return table;
    }

    private static string Where(Attachment? attachment) => attachment switch
    {
        null => "nowhere yet",
        { NamespaceName: { } name } => $"netns {name}",
        { InterfaceName: { } name } => $"interface {name}",
        _ => "this machine",
    };

    private static string Applied(InstanceStatus instance) => instance switch
    {
        _ when StatusVerb.IsApplied(instance) => "[green]yes[/]",
        { LastError: not null } => "[red]refused[/]",
        { AppliedRevision: null } => "[yellow]not yet[/]",
        _ => $"[yellow]at {instance.AppliedRevision}, wanted {instance.DesiredRevision}[/]",
    };
}
