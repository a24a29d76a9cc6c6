using Portlight.Agent.Applied;
using Portlight.Agent.Lab;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent;

/// <summary>What <c>portlight restore</c> loaded at boot, before there is a server or a network.</summary>
/// <param name="HadFile">There was a file of applied rules; without one nothing was ever attached, and the kernel is left alone.</param>
/// <param name="Attachments">How many attachments the kernel holds now.</param>
/// <param name="Damage">What is wrong with the file, in words that follow its name: every attachment that it names is closed then. Null when nothing is.</param>
public sealed record Restoration(bool HadFile, int Attachments, string? Damage)
{
    /// <summary>The name of the file in a data directory.</summary>
    public const string FileName = "applied.rules";

    /// <summary>After a teardown: the next boot finds nothing to load.</summary>
    /// <exception cref="IOException">The file cannot be removed.</exception>
    public static void Forget(string dataDirectory)
    {
        if (Directory.Exists(dataDirectory))
        {
            File.Delete(Path.Combine(dataDirectory, FileName));
        }
    }

    /// <summary>Makes the kernel hold what it held when the file was written, in one transaction. Takes CAP_NET_ADMIN and nothing else.</summary>
    /// <param name="path">The file.</param>
    /// <param name="installation">Whose rules they are. A data directory that does not know it any more is closed all the same, and its server refuses to start.</param>
    /// <param name="dataDirectory">What others are told meanwhile.</param>
    /// <exception cref="AgentException">An agent is at work, the kernel holds what is another installation's, or it refused.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Restoration Run(string path, InstallationId? installation, string dataDirectory)
    {
        byte[] file;
        try
        {
            file = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Restoration(HadFile: false, 0, null);
        }

        var (ruleset, damage) = AppliedRules.Read(file);
        if (damage is null || ruleset.Attachments.Count > 0)
        {
            Load(ruleset, installation.GetValueOrDefault(), dataDirectory);
        }

        return new Restoration(HadFile: true, ruleset.Attachments.Count, damage);
    }

    /// <summary>To the device of its name; without one its name is closed until the server binds it.</summary>
    private static FilteredAttachment Bind(NetlinkSocket links, FilteredAttachment attachment) =>
        attachment.IsHost ? attachment : attachment with { Device = links.Link(attachment.Key) is { } link && link.Name == attachment.Key ? (uint)link.Index : null };

    private static void Load(Ruleset ruleset, InstallationId installation, string dataDirectory)
    {
        try
        {
            using var held = EnforcementLock.Take(dataDirectory);
            using var lab = new LabHost(Cidr.AnyIpv4, installation);
            using var session = NftablesSession.Open(installation);
            using var links = NetlinkSocket.Open(NetlinkProtocol.Route);
            KernelClaim.Require(session, lab, installation, takesOver: false, "name the data directory that it belongs to with --data");
            session.Synchronise(new Ruleset(ruleset.Options, ruleset.Attachments.Values.Select(attachment => Bind(links, attachment))));
        }
        catch (Exception exception) when (exception is NetlinkException or RulesetRefusedException or LabException)
        {
            throw new AgentException(exception.Message, exception);
        }
    }
}
