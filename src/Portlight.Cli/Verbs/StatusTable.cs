using Portlight.Cli.Ports;
using Portlight.Wire.PortlightApi;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary>The status as a person reads it: one line of the server, one row for each instance, one line for each problem and each host.</summary>
internal static class StatusTable
{
    /// <summary>A clock that is off by less is none that somebody has to look after.</summary>
    private const int ClockOffMilliseconds = 5_000;

    public static void Write(TextWriter output, Uri endpoint, GetStatusResponse status)
    {
        var console = Screen.On(output);
        var server = status.Server;
        console.MarkupLineInterpolated($"[bold]portlight[/] {server.Version} at {endpoint.GetLeftPart(UriPartial.Authority)}, enforce={server.Enforce}, connections={server.Connections}, revision {server.Revision}");
        if (server.EnforceReason is { } reason)
        {
            console.MarkupLineInterpolated($"[yellow]{(HasHosts(status) ? "on this machine no packet is filtered" : "no packet is filtered")}:[/] {reason}");
        }

        foreach (var other in server.OtherServers)
        {
            console.MarkupLine(other.IsThere ? $"{Markup.Escape(Name(other))}: there" : $"[yellow]{Markup.Escape(Name(other))}: gone[/], it said last at {other.LastSeenAt:u} that it is there");
        }

        if (status.Instances.Count > 0)
        {
            Screen.Write(output, Instances(status));
        }
        else
        {
            console.WriteLine("no instances: `portlight attach` puts a machine behind the firewall, `portlight aws lightsail create-instances` makes a lab instance");
        }

        foreach (var instance in status.Instances.Where(instance => instance.ConfirmBy is not null))
        {
            console.MarkupLineInterpolated($"[yellow]{instance.Name}[/]: its change is undone at {instance.ConfirmBy:yyyy-MM-dd HH:mm:ss}Z unless `portlight confirm {instance.Name}` comes from a new session");
        }

        foreach (var instance in status.Instances)
        {
            WriteProblems(console, server, instance);
        }

        foreach (var agent in status.Agents)
        {
            WriteAgent(console, agent);
        }
    }

    /// <summary>Whether there are hosts beside the server's own machine, which may filter what that only records.</summary>
    internal static bool HasHosts(GetStatusResponse status) => status.Agents.Any(agent => agent.HostState is not null);

    /// <summary>Whether it is on the server's own machine, and nothing is filtered there.</summary>
    internal static bool IsRecordedHere(InstanceStatus instance, ServerStatus server) => server.EnforceReason is not null && instance.Attachment?.Host is null;

    internal static string Name(OtherServer other) => other.AgentAddress is { } address ? $"the server that agents reach at {address}" : "a server without --agents";

    private static void WriteAgent(IAnsiConsole console, AgentStatus agent)
    {
        var drift = agent.DriftRepairs == 0 ? "" : $"; {agent.DriftRepairs} {(agent.DriftRepairs == 1 ? "time" : "times")} it put back what others had changed";
        var protection = agent.Protection is { } word ? $", rules {Markup.Escape(word)}" : "";
        var applied = agent.WantedRevision is null ? "" : $", applied: {HostTable.Applied(agent)}";
        var clock = Math.Abs(agent.ClockOffsetMilliseconds ?? 0) >= ClockOffMilliseconds ? $"; its clock is {HostTable.Clock(agent)}" : "";
        console.MarkupLine($"agent {Markup.Escape(agent.Host)}: {HostTable.Contact(agent)}{protection}{applied}{clock}{drift}{(agent.LastError is { } error ? $"; last refusal: {Markup.Escape(error)}" : "")}");
        if (agent.KeyProblem is { } rivals)
        {
            console.MarkupLineInterpolated($"[red]{agent.Host}[/]: {rivals}");
        }
    }

    private static void WriteProblems(IAnsiConsole console, ServerStatus server, InstanceStatus instance)
    {
        if (instance.LastError is { } refused)
        {
            console.MarkupLineInterpolated($"[red]{instance.Name}[/]: {refused}");
        }

        // Where nothing is filtered on the whole machine, one line has said it.
        if (instance.NotFiltered is { } reason && !IsRecordedHere(instance, server))
        {
            console.MarkupLineInterpolated($"[red]{instance.Name} is not filtered[/]: {reason}");
        }

        if (instance.Note is { } note)
        {
            console.MarkupLineInterpolated($"[yellow]{instance.Name}[/]: {note}");
        }
    }

    private static Table Instances(GetStatusResponse status)
    {
        var table = new Table().Border(TableBorder.Simple);
        var hasRegions = status.Instances.Select(instance => instance.RegionName).Append(status.Server.RegionName).OfType<string>().Distinct().Skip(1).Any();
        var hasAccounts = status.Instances.Select(instance => instance.AccountId).Append(status.Server.AccountId).OfType<string>().Distinct().Skip(1).Any();
        string[] headings = ["instance", .. hasAccounts ? ["account"] : (string[])[], .. hasRegions ? ["region"] : (string[])[], "state", "where", "addresses", "open ports", "applied"];
        foreach (var heading in headings)
        {
            table.AddColumn(heading);
        }

        foreach (var instance in status.Instances)
        {
            string[] cells =
            [
                Markup.Escape(instance.Name),
                .. hasAccounts ? [instance.AccountId] : (string[])[],
                .. hasRegions ? [instance.RegionName] : (string[])[],
                Markup.Escape(instance.State),
                Markup.Escape(Where(instance.Attachment)),
                Markup.Escape(string.Join('\n', Addresses(instance))),
                Markup.Escape(string.Join('\n', Open(instance, status.Server.EmptyAliases))),
                Applied(instance, status.Server),
            ];
            table.AddRow(cells);
        }

        return table;
    }

    private static IEnumerable<string> Addresses(InstanceStatus instance) =>
        instance.PrivateIpAddress is { } own ? [.. instance.IpAddresses, $"{own} (private)"] : instance.IpAddresses;

    /// <summary>All that comes in: by the port set, and from networks that it is not asked about.</summary>
    private static List<string> Open(InstanceStatus instance, IReadOnlyList<string> emptyAliases)
    {
        var lines = PortText.SetOf(instance.PortStates).Rules.Select(rule => PortText.Of(rule, emptyAliases))
            .Concat((instance.Attachment?.PrivateCidrs ?? []).Select(network => $"everything from {network}"))
            .ToList();
        return lines.Count == 0 ? ["none"] : lines;
    }

    private static string Where(Attachment? attachment) => attachment is { Host: { } host } ? $"{host}: {Place(attachment)}" : Place(attachment);

    private static string Place(Attachment? attachment) => attachment switch
    {
        null => "nowhere yet",
        { NamespaceName: { } name } => $"netns {name}",
        { InterfaceName: { } name } => $"interface {name}",
        { Selector: { } selector } => selector,
        { Kind: "host", Host: not null } => "the machine",
        { Kind: "host" } => "this machine",
        { Kind: "recorded" } => "nowhere (recorded)",
        { Kind: var kind } => kind,
    };

    private static string Applied(InstanceStatus instance, ServerStatus server) => instance switch
    {
        { NotFiltered: not null } when IsRecordedHere(instance, server) || StatusVerb.IsRecordOf(instance) => "[yellow]recorded only[/]",
        { NotFiltered: not null } => "[red]no[/]",
        _ when StatusVerb.IsApplied(instance) && instance.Note is not null => "[yellow]yes, see below[/]",
        _ when StatusVerb.IsApplied(instance) && instance.StaleSince is not null => "[yellow]yes, before it went away[/]",
        _ when StatusVerb.IsApplied(instance) => "[green]yes[/]",
        { LastError: not null } => "[red]refused[/]",
        { AppliedRevision: null } => "[yellow]not yet[/]",
        _ => $"[yellow]at {instance.AppliedRevision}, wanted {instance.DesiredRevision}[/]",
    };
}
