using System.Net;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent.Links;

/// <summary>
/// Reports changes of links, addresses and routes of one network namespace, of every process (this one included). Storms are joined: a change that
/// happens many times before it is read is one report, and past a bound all of them are one <see cref="LinkChangeKind.Unknown"/>. What the far end of a veth
/// can do as often as it likes (carrier up and down) is no report at all.
/// </summary>
internal sealed class LinkWatcher : IDisposable
{
    private const int MostPending = 4096;
    private const int WantedReceiveBuffer = 4 << 20;
    private const byte AnyFamily = 0;

    // RTNLGRP_LINK, _IPV4_IFADDR, _IPV4_ROUTE, _IPV6_IFADDR, _IPV6_ROUTE
    private static readonly int[] Groups = [1, 5, 7, 9, 11];

    private readonly NetlinkSocket _socket;
    private readonly NetlinkListener _listener;
    private readonly Lock _lock = new();
    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    // Of the listener's thread alone: what was last seen of each link.
    private readonly Dictionary<int, LinkRow> _seen = [];
    private HashSet<LinkChange> _pending = [];

    private LinkWatcher(NetlinkSocket socket)
    {
        _socket = socket;
        _listener = NetlinkListener.Start(socket, "link watcher", Read, () => Add(new LinkChange(LinkChangeKind.Unknown, 0, "", null)), Ring);
    }

    /// <summary>Starts to watch the network namespace of the calling thread; everything after the return is reported.</summary>
    /// <exception cref="NetlinkException">The kernel gave no socket.</exception>
    internal static LinkWatcher Open()
    {
        var socket = NetlinkSocket.Open(NetlinkProtocol.Route);
        try
        {
            socket.ReserveReceiveBuffer(WantedReceiveBuffer);
            foreach (var group in Groups)
            {
                socket.JoinGroup(group);
            }

            return new LinkWatcher(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Waits until there is something to take. False when the watcher was disposed.</summary>
    internal async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (!await _bell.Reader.WaitToReadAsync(cancellationToken))
        {
            return false;
        }

        _bell.Reader.TryRead(out _);
        return true;
    }

    /// <summary>Every change since the last call, each once, in no particular order.</summary>
    internal IReadOnlyCollection<LinkChange> Take()
    {
        lock (_lock)
        {
            var taken = _pending;
            _pending = [];
            return taken;
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _socket.Dispose();
        _bell.Writer.TryComplete();
    }

    private void Read(ReadOnlySpan<byte> datagram)
    {
        var reader = new NetlinkReader(datagram);
        while (reader.TryRead(out var message))
        {
            switch (message.Type)
            {
                case RouteRequests.NewLink: ReadLink(message); break;
                case RouteRequests.DeleteLink: ReadRemoval(message); break;
                case RouteRequests.NewAddress or RouteRequests.DeleteAddress: ReadAddress(message); break;
                case RouteRequests.NewRoute or RouteRequests.DeleteRoute: ReadRoute(message); break;
            }
        }
    }

    private void ReadLink(NetlinkMessage message)
    {
        // A bridge reports its ports under its own family, with attributes of other meaning.
        if (message.Payload[0] != AnyFamily)
        {
            return;
        }

        var link = RouteQueries.ReadLink(message);
        if (!_seen.TryGetValue(link.Index, out var before) || before != link)
        {
            _seen[link.Index] = link;
            Add(new LinkChange(LinkChangeKind.Link, link.Index, link.Name, null));
        }
    }

    private void ReadRemoval(NetlinkMessage message)
    {
        if (message.Payload[0] != AnyFamily)
        {
            return;
        }

        var link = RouteQueries.ReadLink(message);
        _seen.Remove(link.Index);
        Add(new LinkChange(LinkChangeKind.Removed, link.Index, link.Name, null));
    }

    private void ReadAddress(NetlinkMessage message)
    {
        var index = MemoryMarshal.Read<RouteRequests.AddressHeader>(message.Payload).Index;
        Add(new LinkChange(LinkChangeKind.Address, index, NameOf(index), null));
    }

    private void ReadRoute(NetlinkMessage message)
    {
        var header = MemoryMarshal.Read<RouteRequests.RouteHeader>(message.Payload);
        var width = header.Family == RouteRequests.Ipv4 ? 32 : 128;
        if (header.Type != RouteRequests.Unicast || (header.DestinationLength != 0 && header.DestinationLength != width))
        {
            return;
        }

        var attributes = message.Attributes(12);
        var index = attributes.TryGet(RouteRequests.RouteLink, out var link) ? (int)link.U32 : 0;
        var destination = attributes.TryGet(RouteRequests.RouteDestination, out var address) ? new IPAddress(address.Value) : null;
        Add(new LinkChange(LinkChangeKind.Route, index, NameOf(index), destination));
    }

    private string NameOf(int index) => _seen.TryGetValue(index, out var link) ? link.Name : "";

    private void Add(LinkChange change)
    {
        lock (_lock)
        {
            if (_pending.Count >= MostPending || change.Kind == LinkChangeKind.Unknown)
            {
                _pending.Clear();
                change = new LinkChange(LinkChangeKind.Unknown, 0, "", null);
            }

            _pending.Add(change);
        }
    }

    private void Ring() => _bell.Writer.TryWrite(true);
}
