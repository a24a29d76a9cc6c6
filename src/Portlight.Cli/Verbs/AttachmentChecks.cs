using Portlight.Nftables;
using Portlight.Nftables.Netlink;
using Portlight.Wire.Client;
using Portlight.Wire.PortlightApi;

namespace Portlight.Cli.Verbs;

/// <summary>What the doctor finds about instances: whose packets are not filtered, and which other firewall drops what Portlight opens.</summary>
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
        var attached = status.Instances.Where(instance => instance.Attachment is { Kind: not "recorded" }).ToList();
        if (status.Server.EnforceReason is { } reason)
        {
            return attached.Count == 0
                ? [new(Subject, DoctorFinding.Warning, $"no packet is filtered: {reason}")]
                : [new(Subject, DoctorFinding.Problem, $"{attached.Count} are attached and no packet is filtered: {reason}")];
        }

        var findings = new List<DoctorFinding>();
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

        return findings.Count > 0 || attached.Count == 0 ? findings : [new(Subject, DoctorFinding.Ok, $"{attached.Count}, all filtered as their ports say")];
    }

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
