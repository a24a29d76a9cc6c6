using Microsoft.Win32.SafeHandles;
using Portlight.Agent.Links;
using Portlight.Domain;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Lab;

/// <summary>
/// What is inside a lab namespace: loopback, <c>eth0</c> with the instance's addresses, and the ways out. Root inside may do with it what root likes, so what is
/// read there is bounded, and what is refused there is told and stops nothing else.
/// </summary>
internal sealed class InstanceSide(Cidr privateNetwork)
{
    private const string Loopback = "lo";
    private const int MostAddresses = 64;

    /// <summary>Marks a namespace as ours. Call it inside.</summary>
    internal static void Mark(LabAlias alias)
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        using var batch = new RouteBatch(socket);
        batch.SetAlias(Loopback, alias.ToString());
        batch.Commit();
    }

    /// <summary>Whether a namespace was made for this instance, whatever has become of its link.</summary>
    internal static bool IsMarked(SafeFileHandle handle, LabAlias alias)
    {
        var mark = "";
        NamedNamespace.Inside(handle, () =>
        {
            using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
            mark = socket.Link(Loopback)?.Alias;
        });
        return mark == alias.ToString();
    }

    /// <summary>Makes the host's end of the link, as far as the kernel's settings go, and what is inside what the instance should have.</summary>
    /// <exception cref="LabException">Something was refused, or the link leads elsewhere.</exception>
    internal void Repair(HostSide host, LinkRow link, LabInstance wanted)
    {
        using var handle = NamedNamespace.Require(wanted.NamespaceName);
        LinkSettings.Apply(link.Name);
        if (!host.LeadsTo(link, handle))
        {
            throw new LabException($"the far end of `{link.Name}` is not in the network namespace `{wanted.NamespaceName}`");
        }

        Furnish(handle, wanted, link.PeerIndex);
    }

    /// <summary>
    /// Makes addresses and routes what the instance should have. What is right already is not touched, so connections live on.
    /// </summary>
    /// <param name="handle">The namespace.</param>
    /// <param name="wanted">The instance.</param>
    /// <param name="innerLink">The number that the link's inner end has inside: its name is root's to change.</param>
    internal void Furnish(SafeFileHandle handle, LabInstance wanted, int innerLink) => NamedNamespace.Inside(handle, () =>
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        var link = socket.Link(innerLink) ?? throw new LabException($"the namespace `{wanted.NamespaceName}` has no {LabLayout.InnerLink}");
        var there = AddressesOf(link, out var tooMany);
        using var batch = new RouteBatch(socket);
        batch.SetLink(Loopback, up: true);
        if (!link.IsUp)
        {
            if (LinkSettings.HasIpv6)
            {
                batch.NoGeneratedAddress(link.Name);
            }

            batch.SetLink(link.Name, up: true);
        }

        foreach (var surplus in there.Where(row => row.Scope == RouteRequests.ScopeGlobal && !wanted.Addresses.Contains(row.Address)))
        {
            batch.RemoveAddress(link.Index, surplus.Address, Cidr.Of(surplus.Address).Width);
        }

        foreach (var missing in wanted.Addresses.Where(address => !there.Any(row => row.Address.Equals(address))))
        {
            batch.AddAddress(link.Index, missing, Cidr.Of(missing).Width, RouteRequests.ScopeGlobal);
        }

        AddWaysOut(batch, link.Index, wanted, there);
        batch.Commit();
        if (tooMany)
        {
            throw new LabException($"there are more than {MostAddresses} addresses in the namespace `{wanted.NamespaceName}`; those that are not the instance's were left");
        }
    });

    /// <summary>On a socket of its own, which is given up with what is still in it.</summary>
    private static List<AddressRow> AddressesOf(LinkRow link, out bool tooMany)
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        socket.FilterDumps();
        tooMany = false;
        try
        {
            return socket.Addresses(link.Index, MostAddresses);
        }
        catch (LabException exception) when (exception.InnerException is null)
        {
            tooMany = true;
            return [];
        }
    }

    private void AddWaysOut(RouteBatch batch, int link, LabInstance wanted, List<AddressRow> there)
    {
        if ((wanted.PublicIpv4 ?? wanted.PrivateIpv4) is { } ipv4)
        {
            batch.AddRoute(link, RouteRequests.Ipv4, null, 0, LabLayout.GatewayIpv4, ipv4);
        }

        if (wanted.PrivateIpv4 is { } own)
        {
            // Peers are spoken to with the private address, which is what lets them in.
            batch.AddRoute(link, RouteRequests.Ipv4, privateNetwork.ToAddress(), privateNetwork.PrefixLength, LabLayout.GatewayIpv4, own);
        }

        if (!LinkSettings.HasIpv6)
        {
            return;
        }

        if (!there.Any(row => row.Address.Equals(LabLayout.InnerIpv6)))
        {
            batch.AddAddress(link, LabLayout.InnerIpv6, 64, RouteRequests.ScopeLink);
        }

        if (wanted.Ipv6 is { } ipv6)
        {
            batch.AddRoute(link, RouteRequests.Ipv6, null, 0, LabLayout.GatewayIpv6, ipv6);
        }
    }
}
