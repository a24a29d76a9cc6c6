using Portlight.Agent.Lab;
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

    /// <summary>What the desired state means. One that no kernel could hold is a <see cref="LabException"/> that says why.</summary>
    internal static Plan Of(DesiredInstance desired)
    {
        var lab = LabInstance.Of(desired);
        return new Plan(desired, FilterOf(desired, lab), lab);
    }

    private static FilteredAttachment? FilterOf(DesiredInstance desired, LabInstance? lab)
    {
        try
        {
            return desired.Attachment switch
            {
                Attachment.Lab => FilteredAttachment.Interface(lab!.LinkName, device: null, desired.Ports) with
                {
                    Owner = OwnerOf(desired),
                    PeerGroup = desired.PeerGroup,
                    PrivateAddresses = lab.PrivateIpv4 is { } own ? [Cidr.Of(own)] : [],
                },
                Attachment.Interface named => FilteredAttachment.Interface(named.Name, device: null, desired.Ports) with { Owner = OwnerOf(desired), PrivateSources = named.PrivateSources },
                Attachment.ThisHost host => FilteredAttachment.Host(desired.Ports) with { Owner = OwnerOf(desired), PrivateSources = host.PrivateSources },
                _ => null,
            };
        }
        catch (ArgumentException exception)
        {
            throw new LabException(exception.Message, exception);
        }
    }

    // Indexes are never given twice, so a connection of an instance that is gone belongs to nobody.
    private static uint OwnerOf(DesiredInstance desired) => desired.Index is > 0 and <= uint.MaxValue
        ? (uint)desired.Index
        : throw new LabException($"instance index {desired.Index} is outside 1 to {uint.MaxValue}, what a connection can remember");
}
