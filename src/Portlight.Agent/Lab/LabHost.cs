using System.Net;
using Microsoft.Win32.SafeHandles;
using Portlight.Domain;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Lab;

/// <summary>
/// The lab instances of this machine. Every step is one that closes or one that opens, and the caller puts the ruleset between them: links go down and
/// routes away before it, links come up and routes after it. What has been found or made is remembered, so that a change of ports asks the kernel nothing.
/// </summary>
internal sealed class LabHost : IDisposable
{
    private readonly InstallationId _installation;
    private readonly NetlinkSocket _socket;
    private readonly HostSide _host;
    private readonly InstanceSide _inside;
    private readonly Dictionary<long, LabInstance> _present = [];
    private readonly Dictionary<long, uint> _devices = [];

    /// <summary>Instances that lost routes, whose inside still has the addresses.</summary>
    private readonly HashSet<long> _unfinished = [];

    /// <summary>Works in the network namespace of the calling thread.</summary>
    internal LabHost(Cidr privateNetwork, InstallationId installation)
    {
        _installation = installation;
        var hasIpv6 = LinkSettings.HasIpv6;
        _socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        _host = new HostSide(_socket, installation, hasIpv6);
        _inside = new InstanceSide(privateNetwork, hasIpv6);
    }

    /// <summary>What the host has of an instance; null when nothing.</summary>
    internal LabInstance? Present(long index) => _present.GetValueOrDefault(index);

    /// <summary>The device (ifindex) that leads to an instance; null when the host has none.</summary>
    internal uint? Device(long index) => _devices.TryGetValue(index, out var device) ? device : null;

    /// <summary>The device of this name; null when the host has none.</summary>
    internal uint? DeviceNamed(string name) => _socket.Link(name) is { } link && link.Name == name ? (uint)link.Index : null;

    /// <summary>
    /// Reads what the host has, removes what is ours and not wanted, and remembers the rest. Nothing that is wanted is touched, unless it is broken
    /// (its namespace was taken away, or is another one of that name): then its link goes, and <see cref="Prepare"/> makes it anew.
    /// </summary>
    internal void Adopt(IReadOnlyDictionary<long, LabInstance> wanted)
    {
        _present.Clear();
        _devices.Clear();
        _unfinished.Clear();
        foreach (var (index, (alias, state)) in _host.Read())
        {
            using var handle = NamedNamespace.Open(alias.NamespaceName);
            var wired = handle is not null && InstanceSide.IsWiredTo(handle, state.Link.Index);
            if (wired && wanted.GetValueOrDefault(index)?.NamespaceName == alias.NamespaceName)
            {
                _devices[index] = (uint)state.Link.Index;
                Reconcile(handle!, wanted[index], state);
            }
            else
            {
                Dismantle(alias, ownsNamespace: wired);
            }
        }
    }

    /// <summary>Makes what is missing, closed: a namespace, and a link that is down.</summary>
    internal void Prepare(LabInstance wanted)
    {
        if (_present.TryGetValue(wanted.Index, out var there))
        {
            if (there.NamespaceName == wanted.NamespaceName)
            {
                return;
            }

            Remove(wanted.Index);
        }

        using (var taken = NamedNamespace.Open(wanted.NamespaceName))
        {
            if (taken is not null)
            {
                throw new LabException($"a network namespace named `{wanted.NamespaceName}` exists that is not Portlight's; remove it (`ip netns del {wanted.NamespaceName}`), or name the instance otherwise");
            }
        }

        NamedNamespace.Create(wanted.NamespaceName, handle => _host.Create(AliasOf(wanted), handle));
        _present[wanted.Index] = new LabInstance(wanted.Index, wanted.NamespaceName, null, null, null, IsRunning: false);
        _devices[wanted.Index] = DeviceNamed(wanted.LinkName) ?? throw new LabException($"the link `{wanted.LinkName}` is gone");

        // Here and not where the link is made: that is done in the new namespace, and /proc/sys/net is that of the thread's.
        LinkSettings.Apply(wanted.LinkName);
    }

    /// <summary>Closes what the wanted state no longer has: the link of a stopped instance, routes to addresses that it lost.</summary>
    internal void Withdraw(LabInstance wanted)
    {
        if (!_present.TryGetValue(wanted.Index, out var there) || !there.IsRunning)
        {
            return;
        }

        var left = there;
        if (!wanted.IsRunning)
        {
            _host.Close(there.LinkName);
            left = there with { IsRunning = false };
        }
        else if (there.Addresses.Except(wanted.Addresses).ToList() is { Count: > 0 } lost)
        {
            _host.RemoveRoutes(there, lost, known: null);
            _unfinished.Add(there.Index);
            left = there with
            {
                PublicIpv4 = Kept(there.PublicIpv4, wanted.PublicIpv4),
                PrivateIpv4 = Kept(there.PrivateIpv4, wanted.PrivateIpv4),
                Ipv6 = Kept(there.Ipv6, wanted.Ipv6),
            };
        }

        _present[wanted.Index] = left;
    }

    /// <summary>Closes the link of an instance that is going.</summary>
    internal void Withdraw(long index)
    {
        if (_present.TryGetValue(index, out var there) && there.IsRunning)
        {
            _host.Close(there.LinkName);
            _present[index] = there with { IsRunning = false };
        }
    }

    /// <summary>Opens: addresses inside, the link up, the routes to it.</summary>
    internal void Open(LabInstance wanted)
    {
        if (!_present.TryGetValue(wanted.Index, out var there) || (there == wanted && !_unfinished.Contains(wanted.Index)))
        {
            return;
        }

        using var handle = NamedNamespace.Open(wanted.NamespaceName) ?? throw new LabException($"the network namespace `{wanted.NamespaceName}` is gone");
        _inside.Furnish(handle, wanted);
        if (wanted.IsRunning)
        {
            _host.Open(wanted, known: null);
        }

        _present[wanted.Index] = wanted;
        _unfinished.Remove(wanted.Index);
    }

    /// <summary>Removes link and namespace.</summary>
    internal void Remove(long index)
    {
        _unfinished.Remove(index);
        if (_present.Remove(index, out var there))
        {
            _devices.Remove(index);
            Dismantle(AliasOf(there), ownsNamespace: true);
        }
    }

    /// <summary>How many lab instances of ours there are, known or not.</summary>
    internal int Count() => _host.Read().Count;

    /// <summary>Removes every lab instance of ours, known or not, and says how many there were.</summary>
    internal int Clear()
    {
        _present.Clear();
        _devices.Clear();
        var found = _host.Read();
        foreach (var (alias, state) in found.Values)
        {
            using var handle = NamedNamespace.Open(alias.NamespaceName);
            Dismantle(alias, handle is not null && InstanceSide.IsWiredTo(handle, state.Link.Index));
        }

        return found.Count;
    }

    /// <summary>Lab instances of other installations, or that do not say whose they are.</summary>
    internal List<LabAlias> Foreign() => [.. _host.ReadForeign().Select(found => found.Alias)];

    /// <summary>Removes the lab instances of other installations, and says which they were.</summary>
    internal List<LabAlias> RemoveForeign()
    {
        var found = _host.ReadForeign();
        foreach (var (alias, link) in found)
        {
            using var handle = NamedNamespace.Open(alias.NamespaceName);
            Dismantle(alias, handle is not null && InstanceSide.IsWiredTo(handle, link));
        }

        return [.. found.Select(removed => removed.Alias)];
    }

    public void Dispose() => _socket.Dispose();

    private LabAlias AliasOf(LabInstance instance) => new(_installation, instance.Index, instance.NamespaceName);

    /// <summary>Of a link that exists: closes what is too much at once, and remembers what is left for <see cref="Open"/> to complete.</summary>
    private void Reconcile(SafeFileHandle handle, LabInstance wanted, HostSide.State state)
    {
        var surplus = state.Routes.Except(wanted.Addresses).ToList();
        if (surplus.Count > 0)
        {
            _host.RemoveRoutes(wanted, surplus, state);
        }

        if (state.Link.IsUp && !wanted.IsRunning)
        {
            _host.Close(state.Link.Name);
        }

        LinkSettings.Apply(state.Link.Name);
        var there = new LabInstance(
            wanted.Index,
            wanted.NamespaceName,
            Kept(state, wanted.PublicIpv4),
            Kept(state, wanted.PrivateIpv4),
            Kept(state, wanted.Ipv6),
            state.Link.IsUp && wanted.IsRunning);
        if (there == wanted)
        {
            // Open already, so mending it opens nothing. What is right in it is not touched.
            _inside.Furnish(handle, wanted);
            if (wanted.IsRunning)
            {
                _host.Open(wanted, state);
            }
        }

        _present[wanted.Index] = there;
    }

    /// <summary>The name first and the link last: as long as the link is there, whoever is interrupted finds the rest by its alias.</summary>
    private void Dismantle(LabAlias alias, bool ownsNamespace)
    {
        _host.Close(alias.LinkName);
        if (ownsNamespace)
        {
            NamedNamespace.Delete(alias.NamespaceName);
        }

        _host.Remove(alias.LinkName);
    }

    private static IPAddress? Kept(IPAddress? there, IPAddress? wanted) => Equals(there, wanted) ? there : null;

    private static IPAddress? Kept(HostSide.State state, IPAddress? wanted) => wanted is not null && state.Routes.Contains(wanted) ? wanted : null;
}
