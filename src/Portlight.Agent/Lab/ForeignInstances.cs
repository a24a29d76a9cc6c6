using Portlight.Agent.Links;
using Portlight.Domain;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Lab;

/// <summary>Lab instances of other installations, or that do not say whose they are.</summary>
internal sealed class ForeignInstances(NetlinkSocket socket, HostSide host, InstallationId installation)
{
    /// <param name="links">The links, where they were listed just now.</param>
    internal List<LabAlias> Find(LinkListing? links = null) => [.. Read(links).Select(found => found.Alias)];

    /// <summary>Removes them, and says which they were.</summary>
    internal List<LabAlias> Remove()
    {
        var found = Read();
        LinkRemoval.Require(host.Dismantle(found));
        return [.. found.Select(one => one.Alias)];
    }

    private List<LabRemains> Read(LinkListing? links = null)
    {
        var found = new List<LabRemains>();
        foreach (var link in links?.AliasedVeths ?? socket.AliasedVeths())
        {
            if (LabAlias.TryParse(link.Alias, out var alias) && alias.Installation != installation)
            {
                found.Add(host.RemainsOf(alias, link));
            }
        }

        return found;
    }
}
