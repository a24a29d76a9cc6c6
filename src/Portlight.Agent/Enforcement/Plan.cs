using Portlight.Agent.Devices;
using Portlight.Agent.Lab;
using Portlight.Agent.Links;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Agent.Enforcement;

/// <summary>What one desired instance means for this host: a place in the ruleset, a lab instance, both or neither (recorded only).</summary>
internal sealed record Plan(DesiredInstance Desired, FilteredAttachment? Filtered, LabInstance? Lab)
{
    internal long Index => Desired.Index;

    /// <summary>The same for a device of this machine; null when there is none, which closes the attachment.</summary>
    internal Plan BoundTo(uint? device) => Filtered is { IsHost: false } filtered ? this with { Filtered = filtered with { Device = device } } : this;

    /// <summary>The same for what an attached interface has come to; null closes what is not known to be open.</summary>
    internal Plan BoundTo(BoundDevice? bound) => this with { Filtered = bound?.Bind(Filtered!) ?? (Filtered! with { Device = null, ClosedDevices = [], IsBridged = false }) };

    /// <summary>What the desired state means. One that no kernel could hold is a <see cref="LabException"/> that says why.</summary>
    internal static Plan Of(DesiredInstance desired, InstallationId installation)
    {
        var lab = LabInstance.Of(desired);
        return new Plan(desired, FilterOf(desired, lab, installation), lab);
    }

    private static FilteredAttachment? FilterOf(DesiredInstance desired, LabInstance? lab, InstallationId installation)
    {
        try
        {
            return desired.Attachment switch
            {
                Attachment.Lab => FilteredAttachment.Interface(lab!.LinkName, device: null, desired.Ports) with
                {
                    Owner = OwnerOf(desired, installation),
                    PeerGroup = desired.PeerGroup,
                    PrivateAddresses = lab.PrivateIpv4 is { } own ? [Cidr.Of(own)] : [],
                },
                Attachment.Interface named => Interface(named, desired.Ports) with
                {
                    Owner = OwnerOf(desired, installation),
                    HardwareAddress = named.Device,
                    PrivateSources = named.PrivateSources,
                },
                Attachment.ThisHost host => FilteredAttachment.Host(desired.Ports) with { Owner = OwnerOf(desired, installation), PrivateSources = host.PrivateSources },
                _ => null,
            };
        }
        catch (ArgumentException exception)
        {
            throw new LabException(exception.Message, exception);
        }
    }

    private static FilteredAttachment Interface(Attachment.Interface at, PortSet ports) =>
        at.Selector is { } selector ? FilteredAttachment.Selected(selector, ports) : FilteredAttachment.Interface(at.Name, device: null, ports);

    // An installation gives no index twice, so a connection of an instance that is gone belongs to nobody.
    private static ConnectionOwner OwnerOf(DesiredInstance desired, InstallationId installation) => desired.Index is > 0 and <= uint.MaxValue
        ? new ConnectionOwner(installation, (uint)desired.Index)
        : throw new LabException($"instance index {desired.Index} is outside 1 to {uint.MaxValue}, what a connection can remember");
}
