using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Portlight.Agent.Links;
using Portlight.Domain;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Lab;

/// <summary>The host's end of lab links: made closed (down), taken up with the routes that lead to the instance, taken down, removed.</summary>
internal sealed class HostSide(NetlinkSocket socket, InstallationId installation)
{
    /// <summary>
    /// The source of what the host itself sends to an instance. Null leaves it to the kernel, which takes an address of the machine; where the machine has
    /// no global IPv4 address it would find none, and the gateway's stands in.
    /// </summary>
    private IPAddress? _ownIpv4;

    internal LabAlias AliasOf(LabInstance instance) => new(installation, instance.Index, instance.NamespaceName);

    /// <summary>What the host routes to this link and has on it.</summary>
    internal sealed record State(LinkRow Link, List<IPAddress> Addresses, List<IPAddress> Routes);

    /// <summary>Every lab link of ours, by index, with what leads to it; one that was renamed too, if no other has its place.</summary>
    internal Dictionary<long, (LabAlias Alias, State State)> Read(LinkListing? links = null)
    {
        var found = new Dictionary<long, (LabAlias Alias, State State)>();
        var byLink = new Dictionary<int, State>();
        foreach (var link in links?.AliasedVeths ?? socket.AliasedVeths())
        {
            if (LabAlias.TryParse(link.Alias, out var alias) && alias.Installation == installation && (link.Name == alias.LinkName || !found.ContainsKey(alias.Index)))
            {
                found[alias.Index] = (alias, new State(link, [], []));
            }
        }

        foreach (var (_, state) in found.Values)
        {
            byLink[state.Link.Index] = state;
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

    /// <summary>
    /// Makes the pair, down, and marks it as ours. Both in one datagram: a process that is killed in between would leave a link that nobody knows.
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
        if (LinkSettings.HasIpv6)
        {
            batch.NoGeneratedAddress(alias.LinkName);
        }

        batch.Commit();
    }

    /// <summary>
    /// Takes the link up and makes the routes to it exactly these. Sends nothing when all is so already. Gives what could not be because IPv6 is off for the
    /// link, in words; null for nothing.
    /// </summary>
    internal string? Open(LabInstance wanted, State? known)
    {
        var link = known?.Link ?? LinkOf(wanted.LinkName);
        var isIpv6On = LinkSettings.IsIpv6On(link.Name);
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

        if (isIpv6On && !addresses.Contains(LabLayout.GatewayIpv6))
        {
            batch.AddAddress(link.Index, LabLayout.GatewayIpv6, 64, RouteRequests.ScopeLink);
        }

        foreach (var address in wanted.Addresses.Where(address => !routes.Contains(address)))
        {
            var family = RouteRequests.FamilyOf(address);
            if (family == RouteRequests.Ipv4 || isIpv6On)
            {
                batch.AddRoute(link.Index, family, address, Cidr.Of(address).Width, null, family == RouteRequests.Ipv4 ? _ownIpv4 : null);
            }
        }

        batch.Commit();
        return isIpv6On || wanted.Ipv6 is null ? null : $"IPv6 is off for the link `{link.Name}` (net.ipv6.conf.{link.Name}.disable_ipv6), so {wanted.Ipv6} cannot be reached";
    }

    /// <summary>Whether what was read of an instance is as it was made. Where IPv6 is off it is not, and is repaired each time.</summary>
    internal static bool IsAsMade(LabInstance wanted, State state) =>
        state.Link.Name == wanted.LinkName
        && state.Link.IsUp == wanted.IsRunning
        && (!wanted.IsRunning
            || (state.Addresses.Contains(LabLayout.GatewayIpv4) && state.Addresses.Contains(LabLayout.GatewayIpv6) && state.Routes.ToHashSet().SetEquals(wanted.Addresses)));

    /// <summary>Whether what leads to the instance is there, as it was made.</summary>
    internal bool IsOpen(LabInstance wanted)
    {
        if (socket.Link(wanted.LinkName) is not { } link || link.Name != wanted.LinkName || link.IsUp != wanted.IsRunning || link.Alias != AliasOf(wanted).ToString())
        {
            return false;
        }

        if (!wanted.IsRunning)
        {
            return true;
        }

        var isIpv6On = LinkSettings.IsIpv6On(link.Name);
        var own = socket.Addresses(link.Index, int.MaxValue);
        return own.Exists(row => row.Address.Equals(LabLayout.GatewayIpv4))
            && (!isIpv6On || own.Exists(row => row.Address.Equals(LabLayout.GatewayIpv6)))
            && wanted.Addresses.All(address => (RouteRequests.FamilyOf(address) == RouteRequests.Ipv6 && !isIpv6On) || socket.LinkTowards(address) == link.Index);
    }

    /// <summary>Whether the far end of a link is in this namespace.</summary>
    internal bool LeadsTo(LinkRow link, SafeFileHandle handle) => link.PeerNamespace is { } peer && socket.NamespaceId(handle) == peer;

    /// <summary>Gives a link that was renamed its name back. It is filtered under any name. Before Linux 6.2 it must be down for that, and has no routes then.</summary>
    internal State Rename(State renamed, string name)
    {
        using var batch = new RouteBatch(socket);
        try
        {
            batch.Rename(renamed.Link.Index, name);
            batch.Commit();
            return renamed with { Link = renamed.Link with { Name = name } };
        }
        catch (LabException refusal) when (refusal.InnerException is NetlinkException { Errno: Busy })
        {
            batch.SetLink(renamed.Link.Name, up: false);
            batch.Rename(renamed.Link.Index, name);
            batch.Commit();
            return new State(renamed.Link with { Name = name, IsUp = false }, [], []);
        }
    }

    private const int Busy = 16;

    /// <summary>Takes routes away that lead to addresses the instance no longer has.</summary>
    internal void RemoveRoutes(LabInstance of, IEnumerable<IPAddress> addresses, State? known)
    {
        using var batch = new RouteBatch(socket);
        var link = known?.Link ?? LinkOf(of.LinkName);
        foreach (var address in addresses)
        {
            batch.RemoveRoute(link.Index, address);
        }

        batch.Commit();
    }

    /// <summary>Takes a link down.</summary>
    internal void Close(string linkName)
    {
        using var batch = new RouteBatch(socket);
        batch.SetLink(linkName, up: false);
        batch.Commit();
    }

    /// <summary>What is to go of an instance: its link, and its namespace if the link leads there.</summary>
    internal LabRemains RemainsOf(LabAlias alias, LinkRow link)
    {
        using var handle = NamedNamespace.Open(alias.NamespaceName);
        return new LabRemains(alias, link.Index, handle is not null && LeadsTo(link, handle));
    }

    /// <summary>Removes links and, where it is theirs, the names of their namespaces; gives what was refused.</summary>
    internal Dictionary<LabAlias, string> Dismantle(IReadOnlyCollection<LabRemains> instances) => new LinkRemoval(socket).Run(instances);

    internal LinkRow LinkOf(string name) => socket.Link(name) ?? throw new LabException($"the link `{name}` is gone");
}
