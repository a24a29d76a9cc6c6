using System.Net;
using Portlight.Agent.Links;
using Portlight.Domain;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Lab;

/// <summary>
/// The lab instances of this machine. Every step is one that closes or one that opens, and the caller puts the ruleset between them: links go down and
/// routes away before it, links come up and routes after it. What has been found or made is remembered, so that a change of ports asks the kernel nothing;
/// <see cref="Look"/> and <see cref="Repair"/> read it again. A <see cref="LabException"/> concerns the one instance that was asked for.
/// </summary>
internal sealed class LabHost : IDisposable
{
    private readonly NetlinkSocket _socket;
    private readonly HostSide _host;
    private readonly InstanceSide _inside;
    private readonly Dictionary<long, LabInstance> _present = [];
    private readonly Dictionary<long, string> _problems = [];
    private readonly Dictionary<long, uint> _devices = [];
    private Dictionary<long, (LabAlias Alias, HostSide.State State)> _found = [];

    /// <summary>Instances that lost routes, whose inside still has the addresses.</summary>
    private readonly HashSet<long> _unfinished = [];

    private bool _hasSwept;

    /// <summary>Works in the network namespace of the calling thread. Opens now what it needs of the host later.</summary>
    internal LabHost(Cidr privateNetwork, InstallationId installation)
    {
        _socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        _socket.FilterDumps();
        _host = new HostSide(_socket, installation);
        _inside = new InstanceSide(privateNetwork);
        Foreign = new ForeignInstances(_socket, _host, installation);
    }

    internal ForeignInstances Foreign { get; }

    /// <summary>The links of ours that <see cref="Look"/> saw, by the index of their instances.</summary>
    internal IReadOnlyCollection<long> Found => _found.Keys;

    /// <summary>What the host has of an instance; null when nothing.</summary>
    internal LabInstance? Present(long index) => _present.GetValueOrDefault(index);

    /// <summary>The device (ifindex) that leads to an instance; null when the host has none.</summary>
    internal uint? Device(long index) => _devices.TryGetValue(index, out var device) ? device : null;

    /// <summary>What of an instance that stands was refused; null when nothing.</summary>
    internal string? Problem(long index) => _problems.GetValueOrDefault(index);

    internal void NoteProblem(long index, string problem) => _problems[index] = problem;

    /// <summary>Reads what the host has of links, addresses and routes. Enters no namespace, so what is in one costs nothing here.</summary>
    /// <param name="links">The links, where they were listed just now.</param>
    internal void Look(LinkListing? links = null)
    {
        _found = [];
        if (!_hasSwept)
        {
            _hasSwept = true;
            _ = Refusal.Of(() => NamedNamespace.RemoveLeftOvers("pl-"));
        }

        _found = _host.Read(links);
        _devices.Clear();
        foreach (var (index, found) in _found)
        {
            _devices[index] = (uint)found.State.Link.Index;
        }
    }

    /// <summary>Whether an instance has something that must close before its rules may open: a link that is up, a route.</summary>
    internal bool MustCloseFirst(LabInstance wanted) =>
        _found.TryGetValue(wanted.Index, out var found)
        && found.State.Link.IsUp
        && (!wanted.IsRunning || found.State.Routes.Except(wanted.Addresses).Any());

    /// <summary>Whether an instance that this process has made or repaired is still so, by what <see cref="Look"/> saw: its inside is not looked at.</summary>
    internal bool IsAsMade(LabInstance wanted) =>
        _present.GetValueOrDefault(wanted.Index) == wanted
        && !_problems.ContainsKey(wanted.Index)
        && !_unfinished.Contains(wanted.Index)
        && _found.TryGetValue(wanted.Index, out var found)
        && found.Alias == _host.AliasOf(wanted)
        && HostSide.IsAsMade(wanted, found.State)
        && Refusal.Of(() => NamedNamespace.Require(wanted.NamespaceName).Dispose()) is null;

    /// <summary>Repairs what root inside an instance has done to its addresses and ways out; notes what is refused, and gives it.</summary>
    internal string? MendInside(LabInstance wanted)
    {
        var problem = Refusal.Of(() => _inside.Repair(_host, _host.LinkOf(wanted.LinkName), wanted));
        return problem is null ? null : _problems[wanted.Index] = problem;
    }

    /// <summary>
    /// Makes one instance what is wanted, from what <see cref="Look"/> saw: first what closes, then what opens. What is refused does not stop the rest, and an
    /// instance is made again only when its link or the name of its namespace is gone. The rules are in force already.
    /// </summary>
    internal void Repair(LabInstance wanted)
    {
        _problems.Remove(wanted.Index);
        _unfinished.Remove(wanted.Index);
        _present.Remove(wanted.Index);
        if (!_found.Remove(wanted.Index, out var found))
        {
            Make(wanted);
            return;
        }

        var state = found.State.Link.Name == found.Alias.LinkName ? found.State : _host.Rename(found.State, found.Alias.LinkName);
        _present[wanted.Index] = new LabInstance(wanted.Index, found.Alias.NamespaceName, Kept(state, wanted.PublicIpv4), Kept(state, wanted.PrivateIpv4), Kept(state, wanted.Ipv6), state.Link.IsUp);
        if (!NamedNamespace.Exists(found.Alias.NamespaceName) || found.Alias.NamespaceName != wanted.NamespaceName)
        {
            // The process that removed the name cannot be asked for the namespace; what runs in it has lost its network with this.
            _present.Remove(wanted.Index);
            LinkRemoval.Require(_host.Dismantle([_host.RemainsOf(found.Alias, state.Link)]));
            Make(wanted);
            return;
        }

        var surplus = state.Routes.Except(wanted.Addresses).ToList();
        if (surplus.Count > 0)
        {
            _host.RemoveRoutes(wanted, surplus, state);
        }

        if (state.Link.IsUp && !wanted.IsRunning)
        {
            _host.Close(state.Link.Name);
        }

        var problem = Refusal.Of(() => _inside.Repair(_host, state.Link, wanted));
        if (wanted.IsRunning)
        {
            problem ??= _host.Open(wanted, state);
        }

        _present[wanted.Index] = wanted;
        if (problem is not null)
        {
            _problems[wanted.Index] = problem;
        }
    }

    /// <summary>Repairs what others have changed on the host's side of an instance, the name of its namespace included. False when it is as it was made.</summary>
    internal bool RepairLink(LabInstance wanted)
    {
        if (_host.IsOpen(wanted) && NamedNamespace.Exists(wanted.NamespaceName))
        {
            return false;
        }

        Look();
        Repair(wanted);
        return true;
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

        Wiring.Lay(_host, wanted);
        _present[wanted.Index] = new LabInstance(wanted.Index, wanted.NamespaceName, null, null, null, IsRunning: false);
        _devices[wanted.Index] = (uint)_host.LinkOf(wanted.LinkName).Index;

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

    /// <summary>Opens: addresses inside, the link up, the routes to it. That IPv6 is off for the link is a problem and no refusal.</summary>
    internal void Open(LabInstance wanted)
    {
        if (!_present.TryGetValue(wanted.Index, out var there) || (there == wanted && !_unfinished.Contains(wanted.Index)))
        {
            return;
        }

        using var handle = NamedNamespace.Require(wanted.NamespaceName);
        _inside.Furnish(handle, wanted, _host.LinkOf(wanted.LinkName).PeerIndex);
        _problems.Remove(wanted.Index);
        if (wanted.IsRunning && _host.Open(wanted, known: null) is { } problem)
        {
            _problems[wanted.Index] = problem;
        }

        _present[wanted.Index] = wanted;
        _unfinished.Remove(wanted.Index);
    }

    /// <summary>Removes link and namespace.</summary>
    internal void Remove(long index) => LinkRemoval.Require(Remove([index]));

    /// <summary>Removes links and namespaces, many at once, and gives what was refused.</summary>
    internal Dictionary<LabAlias, string> Remove(IReadOnlyCollection<long> indices)
    {
        var refused = _host.Dismantle([.. indices.Select(Present).OfType<LabInstance>().Select(there => new LabRemains(_host.AliasOf(there), (int?)Device(there.Index), true))]);
        foreach (var index in indices.Except(refused.Keys.Select(alias => alias.Index)))
        {
            Forget(index);
        }

        return refused;
    }

    /// <summary>Removes links that <see cref="Look"/> saw and nobody wants, with their namespaces if they lead there, and gives what was refused.</summary>
    internal Dictionary<LabAlias, string> Dismantle(IReadOnlyList<long> indices)
    {
        var refused = new Dictionary<LabAlias, string>();
        var going = new List<LabRemains>();
        foreach (var index in indices)
        {
            if (_found.Remove(index, out var found))
            {
                Forget(index);
                if (Refusal.Of(() => going.Add(_host.RemainsOf(found.Alias, found.State.Link))) is { } problem)
                {
                    refused[found.Alias] = problem;
                }
            }
        }

        return refused.Concat(_host.Dismantle(going)).ToDictionary();
    }

    /// <summary>How many lab instances of ours there are, known or not.</summary>
    internal int Count() => _host.Read().Count;

    public void Dispose() => _socket.Dispose();

    private void Forget(long index)
    {
        _present.Remove(index);
        _devices.Remove(index);
        _problems.Remove(index);
        _unfinished.Remove(index);
    }

    private void Make(LabInstance wanted)
    {
        Prepare(wanted);
        Open(wanted);
    }

    private static IPAddress? Kept(IPAddress? there, IPAddress? wanted) => Equals(there, wanted) ? there : null;

    private static IPAddress? Kept(HostSide.State state, IPAddress? wanted) => wanted is not null && state.Routes.Contains(wanted) ? wanted : null;
}
