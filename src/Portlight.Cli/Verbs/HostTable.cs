using Portlight.Wire.PortlightApi;
using Spectre.Console;

namespace Portlight.Cli.Verbs;

/// <summary>Hosts as a person reads them: a row for each, or everything of one.</summary>
internal static class HostTable
{
    public static Table Of(IReadOnlyList<HostSummary> hosts)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var heading in (string[])["host", "zone", "state", "agent", "applied", "version", "last error"])
        {
            table.AddColumn(heading);
        }

        foreach (var host in hosts)
        {
            table.AddRow(
                Markup.Escape(host.HostName), Markup.Escape(host.AvailabilityZone), Markup.Escape(host.State), Agent(host), Applied(host.Agent), Markup.Escape(host.Agent.Version), Markup.Escape(host.Agent.LastError ?? ""));
        }

        return table;
    }

    public static void Write(TextWriter output, HostSummary host, int instances)
    {
        var console = Screen.On(output);
        var agent = host.Agent;
        console.MarkupLine($"[bold]{Markup.Escape(host.HostName)}[/] in {Markup.Escape(host.AvailabilityZone)}, {Markup.Escape(host.State)}: {Agent(host)}");
        console.WriteLine($"  {instances} {(instances == 1 ? "instance" : "instances")}, applied: {Markup.Remove(Applied(agent))}");
        Line("named in policies", host.Arn);
        Line("made", HostVerb.Time(host.CreatedAt));
        Line("joined", host.JoinedAt is { } joined ? HostVerb.Time(joined) : null);
        Line("certificate ends", host.CertificateExpiresAt is { } end ? HostVerb.Time(end) : null);
        Line("token ends", host.TokenExpiresAt is { } token ? HostVerb.Time(token) : null);
        Line("agent", agent.Version);
        Line("kernel", agent.KernelVersion);
        Line("bridges", agent.BridgeProblem);
        Line("last compared", agent.LastSynchronisedAt is { } compared ? HostVerb.Time(compared) : null);
        Line("repaired", agent.DriftRepairs > 0 ? $"{agent.DriftRepairs} times what others had changed" : null);
        Line("clock", agent.ClockOffsetMilliseconds is { } offset ? $"{Math.Abs(offset)} ms {(offset < 0 ? "behind" : "before")} the server's" : null);
        Line("last error", agent.LastError);

        void Line(string what, string? value)
        {
            if (value is not null)
            {
                console.WriteLine($"  {what}: {value}");
            }
        }
    }

    /// <summary>How it gets on, in a word or two.</summary>
    internal static string Contact(AgentStatus agent) => agent switch
    {
        { AwaySince: { } since } => $"[red]away since {since:u}[/]",
        { FailingSince: { } since } => $"[red]failing since {since:u}[/]",
        { IsConnected: true } => "connected",
        _ => "[red]not connected[/]",
    };

    private static string Agent(HostSummary host) => host.State switch
    {
        "joining" => "[yellow]has not joined yet[/]",
        "revoked" => "may not connect",
        _ => Contact(host.Agent),
    };

    private static string Applied(AgentStatus agent) => agent switch
    {
        { WantedRevision: { } wanted, AppliedRevision: var applied } when wanted > (applied ?? 0) => $"[yellow]at {applied ?? 0}, wanted {wanted}[/]",
        { AwaySince: not null } => "as it was then",
        _ => "everything",
    };
}
