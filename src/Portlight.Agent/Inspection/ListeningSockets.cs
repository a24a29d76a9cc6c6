using System.Collections.Immutable;
using System.Net;
using Portlight.AgentProtocol;

namespace Portlight.Agent.Inspection;

/// <summary>The sockets of this machine that wait for packets from outside.</summary>
internal static class ListeningSockets
{
    /// <summary>By protocol and port; a socket that is bound to loopback alone hears nothing from outside and is not among them.</summary>
    internal static ImmutableArray<ListeningSocket> FromOutside(SocketOwners owners) =>
    [
        .. Read("tcp", SocketTable.TcpListening, owners).Concat(Read("udp", SocketTable.UdpUnconnected, owners))
            .Where(socket => !IPAddress.IsLoopback(socket.Address))
            .GroupBy(socket => (socket.Protocol, socket.Address, socket.Port)) // SO_REUSEPORT: several sockets, one door
            .Select(same => same.First())
            .OrderBy(socket => socket.Protocol)
            .ThenBy(socket => socket.Port)
            .ThenBy(socket => socket.Address.ToString(), StringComparer.Ordinal),
    ];

    private static IEnumerable<ListeningSocket> Read(string protocol, string state, SocketOwners owners) =>
        from line in SocketTable.Read(protocol, state)
        select new ListeningSocket(protocol, line.Local.Address, line.Local.Port) { Process = owners.NameOf(line.Inode) };
}
