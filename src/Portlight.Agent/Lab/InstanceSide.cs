using Microsoft.Win32.SafeHandles;
using Portlight.Domain;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Lab;

/// <summary>What is inside a lab namespace: loopback, <c>eth0</c> with the instance's addresses, and the ways out.</summary>
internal sealed class InstanceSide(Cidr privateNetwork, bool hasIpv6)
{
    /// <summary>True when the namespace holds the other end of this host link.</summary>
    internal static bool IsWiredTo(SafeFileHandle handle, int hostLink)
    {
        var wired = false;
        NamedNamespace.Inside(handle, () =>
        {
            using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
            wired = socket.Link(LabLayout.InnerLink)?.PeerIndex == hostLink;
        });
        return wired;
    }

    /// <summary>Makes addresses and routes what the instance should have. What is right already is not touched, so connections live on.</summary>
    internal void Furnish(SafeFileHandle handle, LabInstance wanted) => NamedNamespace.Inside(handle, () =>
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        var link = socket.Link(LabLayout.InnerLink) ?? throw new LabException($"the namespace `{wanted.NamespaceName}` has no {LabLayout.InnerLink}");
        var there = socket.Addresses().Where(row => row.Link == link.Index).ToList();
        using var batch = new RouteBatch(socket);
        batch.SetLink("lo", up: true);
        if (!link.IsUp)
        {
            if (hasIpv6)
            {
                batch.NoGeneratedAddress(link.Name);
            }

            batch.SetLink(link.Name, up: true);
        }

        foreach (var surplus in there.Where(row => row.Scope == RouteRequests.ScopeGlobal && !wanted.Addresses.Contains(row.Address)))
        {
            batch.RemoveAddress(link.Index, surplus.Address, LabLayout.WidthOf(surplus.Address));
        }

        foreach (var missing in wanted.Addresses.Where(address => !there.Any(row => row.Address.Equals(address))))
        {
            batch.AddAddress(link.Index, missing, LabLayout.WidthOf(missing), RouteRequests.ScopeGlobal);
        }

        AddWaysOut(batch, link.Index, wanted, there);
        batch.Commit();
    });

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

        if (!hasIpv6)
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
