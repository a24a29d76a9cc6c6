using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Portlight.Domain;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Lab;

/// <summary>The host's end of lab links: made closed (down), taken up with the routes that lead to the instance, taken down, removed.</summary>
internal sealed class HostSide(NetlinkSocket socket, InstallationId installation, bool hasIpv6)
{
    /// <summary>
    /// The source of what the host itself sends to an instance. Null leaves it to the kernel, which takes an address of the machine; where the machine has
    /// no global IPv4 address it would find none, and the gateway's stands in.
    /// </summary>
    private IPAddress? _ownIpv4;

    /// <summary>What the host routes to this link and has on it.</summary>
    internal sealed record State(LinkRow Link, List<IPAddress> Addresses, List<IPAddress> Routes);

    /// <summary>Every lab link of ours, by index, with what leads to it.</summary>
    internal Dictionary<long, (LabAlias Alias, State State)> Read()
    {
        var found = new Dictionary<long, (LabAlias Alias, State State)>();
        var byLink = new Dictionary<int, State>();
        foreach (var link in socket.VethLinks())
        {
            if (LabAlias.TryParse(link.Name, link.Alias, out var alias) && alias.Installation == installation)
            {
                byLink[link.Index] = new State(link, [], []);
                found[alias.Index] = (alias, byLink[link.Index]);
            }
        }

        _ownIpv4 = LabLayout.GatewayIpv4;
        foreach (var row in socket.Addresses())
        {
            if (byLink.TryGetValue(row.Link, out var state))
            {
                state.Addresses.Add(row.Address);
            }
            else if (row.Scope == RouteRequests.ScopeGlobal && row.Address.AddressFamily == AddressFamily.InterNetwork)
            {
                _ownIpv4 = null;
            }
        }

        foreach (var row in socket.HostRoutes())
        {
            byLink.GetValueOrDefault(row.Link)?.Routes.Add(row.Destination);
        }

        return found;
    }

    /// <summary>Lab links of other installations, and their links' numbers.</summary>
    internal List<(LabAlias Alias, int Link)> ReadForeign()
    {
        var found = new List<(LabAlias, int)>();
        foreach (var link in socket.VethLinks())
        {
            if (LabAlias.TryParse(link.Name, link.Alias, out var alias) && alias.Installation != installation)
            {
                found.Add((alias, link.Index));
            }
        }

        return found;
    }

    /// <summary>
    /// Makes the pair, down, and marks it as ours. Both in one datagram: whoever is killed in between would leave a link that nobody knows.
    /// </summary>
    internal void Create(LabAlias alias, SafeFileHandle instanceNamespace)
    {
        if (socket.Link(alias.LinkName) is not null)
        {
            // Asked first: marking would otherwise mark somebody else's link, because a refused request does not stop the next.
            throw new LabException($"a link named `{alias.LinkName}` exists that is not Portlight's; remove it, or start with another data directory");
        }

        using var batch = new RouteBatch(socket);
        batch.CreateVeth(alias.LinkName, LabLayout.InnerLink, instanceNamespace);
        batch.SetAlias(alias.LinkName, alias.ToString());
        if (hasIpv6)
        {
            batch.NoGeneratedAddress(alias.LinkName);
        }

        batch.Commit();
    }

    /// <summary>Takes the link up and makes the routes to it exactly these. Sends nothing when all is so already.</summary>
    internal void Open(LabInstance wanted, State? known)
    {
        var link = known?.Link ?? LinkOf(wanted);
        using var batch = new RouteBatch(socket);
        if (!link.IsUp)
        {
            batch.SetLink(link.Name, up: true);
        }

        // Down took the IPv6 addresses and all routes away, whatever was known before.
        var addresses = link.IsUp ? known?.Addresses ?? [] : [];
        var routes = link.IsUp ? known?.Routes ?? [] : [];
        if (!addresses.Contains(LabLayout.GatewayIpv4))
        {
            batch.AddAddress(link.Index, LabLayout.GatewayIpv4, 32, RouteRequests.ScopeLink);
        }

        if (hasIpv6 && !addresses.Contains(LabLayout.GatewayIpv6))
        {
            batch.AddAddress(link.Index, LabLayout.GatewayIpv6, 64, RouteRequests.ScopeLink);
        }

        foreach (var address in wanted.Addresses.Where(address => !routes.Contains(address)))
        {
            var family = RouteRequests.FamilyOf(address);
            batch.AddRoute(link.Index, family, address, LabLayout.WidthOf(address), null, family == RouteRequests.Ipv4 ? _ownIpv4 : null);
        }

        batch.Commit();
    }

    /// <summary>Takes routes away that lead to addresses the instance no longer has.</summary>
    internal void RemoveRoutes(LabInstance of, IEnumerable<IPAddress> addresses, State? known)
    {
        using var batch = new RouteBatch(socket);
        var link = known?.Link ?? LinkOf(of);
        foreach (var address in addresses)
        {
            batch.RemoveRoute(link.Index, address);
        }

        batch.Commit();
    }

    internal void Close(string linkName)
    {
        using var batch = new RouteBatch(socket);
        batch.SetLink(linkName, up: false);
        batch.Commit();
    }

    internal void Remove(string linkName)
    {
        using var batch = new RouteBatch(socket);
        batch.RemoveLink(linkName);
        batch.Commit();
    }

    private LinkRow LinkOf(LabInstance instance) => socket.Link(instance.LinkName) ?? throw new LabException($"the link `{instance.LinkName}` is gone");
}
