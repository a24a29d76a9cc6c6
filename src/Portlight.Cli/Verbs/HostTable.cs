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
                Markup.Escape(host.HostName), Markup.Escape(host.AvailabilityZone), Markup.Escape(host.State), Contact(host.Agent), Applied(host.Agent), Markup.Escape(host.Agent.Version), Markup.Escape(host.Agent.KeyProblem ?? host.Agent.LastError ?? ""));
        }

        return table;
    }

    public static void Write(TextWriter output, HostSummary host, int instances)
    {
        var console = Screen.On(output);
        var agent = host.Agent;
        console.MarkupLine($"[bold]{Markup.Escape(host.HostName)}[/] in {Markup.Escape(host.AvailabilityZone)}, {Markup.Escape(host.State)}: {Contact(agent)}");
        if (agent.KeyProblem is { } rivals)
        {
            console.MarkupLineInterpolated($"  [red]{rivals}[/]");
        }

        console.WriteLine($"  {instances} {(instances == 1 ? "instance" : "instances")}, applied: {Markup.Remove(Applied(agent))}");
        Line("named in policies", host.Arn);
        Line("made", HostVerb.Time(host.CreatedAt));
        Line("joined", host.JoinedAt is { } joined ? HostVerb.Time(joined) : null);
        Line("certificate ends", host.CertificateExpiresAt is { } end ? HostVerb.Time(end) : null);
        Line("token ends", host.TokenExpiresAt is { } token ? HostVerb.Time(token) : null);
        Line("agent", agent.Version);
        Line("connected to another server", agent.OtherServer);
        Line("kernel", agent.KernelVersion);
        Line("bridges", agent.BridgeProblem);
        Line("last compared", agent.LastSynchronisedAt is { } compared ? HostVerb.Time(compared) : null);
        Line("repaired", agent.DriftRepairs > 0 ? $"{agent.DriftRepairs} times what others had changed{(agent.LastDriftAt is { } drift ? $", last at {HostVerb.Time(drift)}" : "")}" : null);
        Line("clock", Clock(agent));
        Line("last error", agent.LastError);

        void Line(string what, string? value)
        {
            if (value is not null)
            {
                console.WriteLine($"  {what}: {value}");
            }
        }
    }

    /// <summary>Whether nothing is to be done about it: its agent is connected and can do its work, or none is awaited.</summary>
    internal static bool IsWell(AgentStatus agent) => agent is { HostState: "joining" or "revoked" } or { IsConnected: true, KeyProblem: null };

    /// <summary>How it gets on, in a word or two.</summary>
    internal static string Contact(AgentStatus agent) => agent switch
    {
        { HostState: "joining" } => "[yellow]has not joined yet[/]",
        { HostState: "revoked" } => "may not connect",
        { AwaySince: { } since } => $"[red]away since {since:u}[/]",
        { FailingSince: { } since } => $"[red]failing since {since:u}[/]",
        { IsConnected: true } => "connected",
        _ => "[red]not connected[/]",
    };

    /// <summary>Whether its kernel has what is stored of it.</summary>
    internal static string Applied(AgentStatus agent) => agent switch
    {
        { HostState: "joining" } => "nothing yet",
        { WantedRevision: { } wanted, AppliedRevision: var applied } when wanted > (applied ?? 0) => $"[yellow]at {applied ?? 0}, wanted {wanted}[/]",
        { AwaySince: not null } => "as it was then",
        _ => "everything",
    };

    /// <summary>How far its clock is off the server's; null where nobody has compared them.</summary>
    internal static string? Clock(AgentStatus agent) => agent.ClockOffsetMilliseconds is { } offset ? $"{Math.Abs(offset)} ms {(offset < 0 ? "behind" : "before")} the server's" : null;
}
