using Portlight.Domain;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;
using Account = Portlight.Domain.Account;
using Attachment = Portlight.Domain.Attachment;
using WireAttachment = Portlight.Wire.PortlightApi.Attachment;

namespace Portlight.Lightsail;

/// <summary>Accounts, regions and attachments on the wire.</summary>
internal static class InstallationShapes
{
    public static Wire.PortlightApi.Account ToWire(this Account account) => new()
    {
        AccountId = account.Id,
        State = account.State switch
        {
            AccountState.SettingUp => "setting-up",
            AccountState.Active => "active",
            _ => "closed",
        },
        CreatedAt = account.CreatedAt,
    };

    public static OpenedRegion ToWire(this OpenRegion region) => new() { Name = region.Name, State = region.IsReady ? "open" : "setting-up", OpenedAt = region.OpenedAt };

    public static WireAttachment ToWire(this Attachment attachment, string? namespaceName = null) =>
        attachment.Host == HostName.Local ? Place(attachment, namespaceName) : Place(attachment, namespaceName) with { Host = attachment.Host };

    private static WireAttachment Place(Attachment attachment, string? namespaceName) => attachment switch
    {
        Attachment.Interface nic => new()
        {
            Kind = "interface",
            InterfaceName = nic.Name.Length > 0 ? nic.Name : null,
            Selector = nic.Selector,
            ClosedNames = nic.ClosedNames.IsDefaultOrEmpty ? null : nic.ClosedNames,
            Addresses = [.. nic.Addresses.Select(address => address.ToString())],
            PrivateCidrs = [.. nic.PrivateSources.Select(cidr => cidr.ToString())],
        },
        Attachment.ThisHost host => new() { Kind = "host", Addresses = [.. host.Addresses.Select(address => address.ToString())], PrivateCidrs = [.. host.PrivateSources.Select(cidr => cidr.ToString())] },
        Attachment.Lab => new() { Kind = "lab", NamespaceName = namespaceName },
        _ => new() { Kind = "recorded" },
    };

    public static IReadOnlyList<InstancePortState> ToPortStates(this PortSet ports, bool awsQuirks) => [.. ports.Rules.Select(rule => rule.ToPortState(awsQuirks))];
}
