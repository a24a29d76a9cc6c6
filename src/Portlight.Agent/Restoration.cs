using Portlight.Agent.Applied;
using Portlight.Agent.Devices;
using Portlight.Agent.Lab;
using Portlight.Agent.Links;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent;

/// <summary>What <c>portlight restore</c> loaded at boot, before there is a server or a network.</summary>
/// <param name="HadFile">There was a file of applied rules, or is known to have been; without one nothing was ever attached, and the kernel is left alone.</param>
/// <param name="Attachments">How many attachments the kernel holds now.</param>
/// <param name="Damage">What is wrong with the file, in words that follow its name: every attachment that it names is closed then. Null when nothing is.</param>
public sealed record Restoration(bool HadFile, int Attachments, string? Damage)
{
    /// <summary>What the kernel holds now; null when it was left alone.</summary>
    internal Ruleset? Loaded { get; init; }

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

    /// <summary>Whose rules a file is of; null when it does not say so, or cannot be read.</summary>
    public static InstallationId? InstallationOf(string path)
    {
        try
        {
            return AppliedRules.Read(File.ReadAllBytes(path), installation: null).Installation;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Makes the kernel hold what it held when the file was written, in one transaction. Takes CAP_NET_ADMIN and nothing else.</summary>
    /// <param name="path">The file.</param>
    /// <param name="installation">Whose rules they are; null: as the file says. A data directory that does not know it any more is closed all the same, and its server refuses to start.</param>
    /// <param name="dataDirectory">What others are told meanwhile.</param>
    /// <param name="attached">What is known from elsewhere to have been attached: closed, if the file is not whole.</param>
    /// <exception cref="AgentException">An agent is at work, the kernel holds what is another installation's, or it refused.</exception>
    public static Restoration Run(string path, InstallationId? installation, string dataDirectory, params IReadOnlyCollection<Attachment> attached)
    {
        var known = attached.Select(Closed).OfType<FilteredAttachment>().ToList();
        AppliedRules rules;
        try
        {
            rules = AppliedRules.Read(File.ReadAllBytes(path), installation, known);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            if (known.Count == 0)
            {
                return new Restoration(HadFile: false, 0, null);
            }

            rules = AppliedRules.Lost("is not there", installation, known);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            rules = AppliedRules.Lost($"cannot be read: {exception.Message}", installation, known);
        }

        var loaded = rules.Damage is null || rules.Ruleset.Attachments.Count > 0 ? Load(rules, dataDirectory) : null;
        return new Restoration(HadFile: true, rules.Ruleset.Attachments.Count, rules.Damage) { Loaded = loaded };
    }

    /// <summary>A place with nothing open; null where nothing outlives a boot.</summary>
    private static FilteredAttachment? Closed(Attachment attachment)
    {
        try
        {
            return attachment switch
            {
                Attachment.Interface { Selector: { } selector } => FilteredAttachment.Selected(selector, PortSet.Empty),
                Attachment.Interface at => FilteredAttachment.Interface(at.Name, device: null, PortSet.Empty) with { HardwareAddress = at.Device },
                Attachment.ThisHost => FilteredAttachment.Host(PortSet.Empty),
                _ => null,
            };
        }
        catch (ArgumentException)
        {
            // No interface can be named or found so.
            return null;
        }
    }

    /// <summary>
    /// Each attachment to the device that the server would bind it to, as far as the file knows it; what stays without one is closed by its name until the
    /// server binds it.
    /// </summary>
    private static IEnumerable<FilteredAttachment> Bind(AppliedRules rules, InstallationId installation)
    {
        var attachments = rules.Ruleset.Attachments.Values.ToArray();
        if (Survey(rules.Ruleset.Options.Connections) is not { } survey)
        {
            return attachments.Select(attachment => WithoutDevice(attachment, BridgeSupport.Look(rules.Ruleset.Options.Connections)));
        }

        var interfaces = attachments.Index()
            .Where(numbered => numbered.Item.IsSelected || (numbered.Item is { IsHost: false, PeerGroup: null } && (rules.NamesDevices || numbered.Item.HardwareAddress is not null)))
            .ToDictionary(numbered => (long)numbered.Index, numbered => Interface(numbered.Item));
        // Of what is selected, the name under which it was last seen is all that there is from before.
        var before = attachments.Index().Where(numbered => numbered.Item.IsSelected)
            .ToDictionary(numbered => (long)numbered.Index, numbered => BoundDevice.Absent(interfaces[numbered.Index], numbered.Item.ClosedName));
        var bound = DeviceChoice.Of(interfaces, before, survey);
        return attachments.Index().Select(numbered => bound.GetValueOrDefault(numbered.Index)?.Bind(numbered.Item) ?? WithoutDevice(numbered.Item, survey.Bridges) with { Device = LabDevice(numbered.Item, survey, installation) });
    }

    // Which device it was nobody knows: closed by its name, wherever something of that name comes to be.
    private static FilteredAttachment WithoutDevice(FilteredAttachment attachment, BridgeSupport bridges) =>
        attachment with { IsBridged = attachment is { IsHost: false, PeerGroup: null } && bridges.HasTables };

    private static Attachment.Interface Interface(FilteredAttachment attachment) => attachment.IsSelected
        ? new Attachment.Interface("", [], []) { Selector = attachment.Key }
        : new Attachment.Interface(attachment.Key, [], []) { Device = attachment.HardwareAddress };

    /// <summary>A lab link says itself whose it is.</summary>
    private static uint? LabDevice(FilteredAttachment attachment, DeviceSurvey survey, InstallationId installation) =>
        attachment.PeerGroup is not null && survey.ByName(attachment.Key) is { } link && LabAlias.TryParse(link.Alias, out var alias) && alias.Installation == installation && alias.LinkName == link.Name
            ? (uint)link.Index
            : null;

    /// <summary>Null when the machine cannot be asked for its devices.</summary>
    private static DeviceSurvey? Survey(ConnectionPolicy connections)
    {
        try
        {
            return DeviceSurvey.Take(connections);
        }
        catch (Exception exception) when (exception is NetlinkException or LabException)
        {
            return null;
        }
    }

    private static Ruleset Load(AppliedRules rules, string dataDirectory)
    {
        var installation = rules.Installation.GetValueOrDefault();
        try
        {
            using var held = EnforcementLock.Take(dataDirectory);
            using var lab = new LabHost(Cidr.AnyIpv4, installation);
            using var session = NftablesSession.Open(installation);
            KernelClaim.Require(session, lab, installation, takesOver: false, "name the data directory that it belongs to with --data");
            var options = rules.Ruleset.Options.For(NftablesProbe.CanNoteRefused());
            var bound = new Ruleset(options with { HasBridgeTables = !options.ClosedNames.IsEmpty && NftablesProbe.WhyNoBridgeTable() is null }, Bind(rules, installation));
            session.Synchronise(bound);
            return bound;
        }
        catch (Exception exception) when (exception is NetlinkException or RulesetRefusedException or LabException)
        {
            throw new AgentException(exception.Message, exception);
        }
    }
}
