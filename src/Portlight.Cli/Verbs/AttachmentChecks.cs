using Portlight.Nftables;
using Portlight.Nftables.Netlink;
using Portlight.Wire.Client;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary>What the doctor finds about instances and hosts: whose packets are not filtered, which host is away, and which other firewall drops what Portlight opens.</summary>
internal static class AttachmentChecks
{
    private const string Subject = "attachments";

    /// <summary>As the running server knows it.</summary>
    public static async Task<IReadOnlyList<DoctorFinding>> OfServerAsync(string directory, CancellationToken cancellation)
    {
        if (!RunningServer.HasLocked(directory))
        {
            return [];
        }

        try
        {
            using var installation = Installation.Open(directory);
            return Of(await StatusVerb.ReadAsync(installation, name: null, cancellation));
        }
        catch (Exception exception) when (exception is FailedException or AwsErrorException or HttpRequestException or TaskCanceledException or IOException or UnauthorizedAccessException)
        {
            return [new(Subject, DoctorFinding.Warning, $"the server was not asked: {exception.Message}")];
        }
    }

    internal static IReadOnlyList<DoctorFinding> Of(GetStatusResponse status)
    {
        List<DoctorFinding> findings = [.. OfMachine(status)];
        var attached = status.Instances.Where(instance => instance.Attachment is { Kind: not "recorded" } && !StatusTable.IsRecordedHere(instance, status.Server)).ToList();
        foreach (var instance in attached)
        {
            if (instance is { NotFiltered: null, LastError: { } beside } && instance.AppliedRevision == instance.DesiredRevision)
            {
                findings.Add(new(Subject, DoctorFinding.Warning, $"{instance.Name} is filtered as its ports say, but something else was refused: {beside}"));
            }
            else if ((instance.NotFiltered ?? instance.LastError) is { } problem)
            {
                findings.Add(new(Subject, DoctorFinding.Problem, $"{instance.Name} is not filtered as its ports say: {problem}"));
            }
            else if (instance.Note is { } note)
            {
                findings.Add(new(Subject, DoctorFinding.Warning, $"{instance.Name}: {note}"));
            }
        }

        if (findings.Count == 0 && attached.Count > 0)
        {
            findings.Add(new(Subject, DoctorFinding.Ok, $"{attached.Count}, all filtered as their ports say"));
        }

        return [.. findings, .. status.Server.OtherServers.Where(other => !other.IsThere).Select(OfServer), .. status.Agents.Where(agent => agent.HostState is not null && !HostTable.IsWell(agent)).Select(OfHost)];
    }

    /// <summary>Where the server's own machine only records. Where agents filter on other hosts, it may have nothing to filter.</summary>
    private static IEnumerable<DoctorFinding> OfMachine(GetStatusResponse status)
    {
        var here = status.Instances.Count(instance => instance.Attachment is { Kind: not "recorded" } && StatusTable.IsRecordedHere(instance, status.Server));
        return (status.Server.EnforceReason, here) switch
        {
            (null, _) => [],
            ({ } reason, > 0) => [new(Subject, DoctorFinding.Problem, $"{here} are attached{(StatusTable.HasHosts(status) ? " to this machine" : "")} and no packet is filtered: {reason}")],
            ({ } reason, _) when !StatusTable.HasHosts(status) => [new(Subject, DoctorFinding.Warning, $"no packet is filtered: {reason}")],
            _ => [],
        };
    }

    private static DoctorFinding OfServer(OtherServer other) => new(
        "servers",
        DoctorFinding.Warning,
        $"{StatusTable.Name(other)} is gone: it said last at {other.LastSeenAt:u} that it is there. It was stopped, has died, or does not reach the database");

    private static DoctorFinding OfHost(AgentStatus agent) => agent switch
    {
        { KeyProblem: { } rivals } => new("hosts", DoctorFinding.Problem, rivals),
        { AwaySince: { } since } => new("hosts", DoctorFinding.Warning, $"{agent.HostName} is away since {since:u}: what was in force there stays so"),
        _ => new("hosts", DoctorFinding.Problem, $"{agent.HostName} cannot do what it is asked to{(agent.LastError is { } error ? $": {error}" : "")}"),
    };

    /// <summary>Needs CAP_NET_ADMIN; without it nothing is found.</summary>
    public static IEnumerable<DoctorFinding> OfOtherFirewalls() => DroppingChains().Concat(LegacyTables.FindAll().Select(legacy => new DoctorFinding(
        "firewalls",
        DoctorFinding.Warning,
        $"{legacy.Program} has tables ({string.Join(", ", legacy.Tables)}), whose rules `nft` does not list and Portlight cannot read: what they drop stays closed whatever Portlight opens, and ports that they publish are not named by `attach`; `{legacy.Program}-save` shows them")));

    private static IEnumerable<DoctorFinding> DroppingChains()
    {
        try
        {
            return DroppingChain.FindAll().Select(chain => new DoctorFinding(
                "firewalls",
                DoctorFinding.Warning,
                $"the chain `{chain.Name}` of the table `{chain.Family} {chain.Table}` ({chain.Hook}) drops what it does not accept itself: what Portlight opens must be open there too"));
        }
        catch (NetlinkException)
        {
            return [];
        }
    }
}
