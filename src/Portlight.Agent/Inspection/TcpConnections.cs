using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Portlight.AgentProtocol;

namespace Portlight.Agent.Inspection;

/// <summary>
/// The established TCP connections of this machine with others. One was made from outside when its local port is listened on, or when it is an SSH server's on a
/// port that the kernel gives to nobody by itself: sessions outlive the listener that took them. Where processes are hidden, their cgroups tell SSH servers' connections.
/// </summary>
/// <param name="Inbound">Made from outside; SSH sessions are marked.</param>
/// <param name="Outbound">How many this machine made.</param>
internal sealed record TcpConnections(ImmutableArray<InboundConnection> Inbound, int Outbound)
{
    internal static TcpConnections Read(SocketOwners owners)
    {
        var established = SocketTable.Read("tcp", SocketTable.TcpEstablished).ToList();
        if (established.Count == 0)
        {
            return new TcpConnections([], 0);
        }

        var listened = SocketTable.Read("tcp", SocketTable.TcpListening).Select(line => line.Local.Port).ToHashSet();
        var ofSshUnits = owners.AreSomeHidden ? SshSockets.Read() : SshSockets.None;
        var ephemeral = EphemeralPorts();
        // A connection of the machine with itself goes by loopback and has both its ends here.
        var ends = established.Select(line => (line.Local, line.Remote)).ToHashSet();
        var inbound = ImmutableArray.CreateBuilder<InboundConnection>();
        var outbound = 0;
        foreach (var line in established)
        {
            if (IPAddress.IsLoopback(line.Remote.Address) || ends.Contains((line.Remote, line.Local)))
            {
                continue;
            }

            var holders = owners.Of(line.Inode);
            var isOfSshUnit = ofSshUnits.Contains(line);
            var isSsh = SshServer.IsSession(line.Local.Port, holders, isOfSshUnit);
            var wasMadeHere = !listened.Contains(line.Local.Port) && !((isOfSshUnit || holders.Any(SshServer.Is)) && !ephemeral.Contains(line.Local.Port));
            if (wasMadeHere)
            {
                outbound++;
            }
            else
            {
                inbound.Add(new InboundConnection(line.Remote, line.Local) { Process = owners.NameOf(line.Inode), IsSsh = isSsh, User = isSsh ? SshServer.UserOf(holders) : null });
            }
        }

        return new TcpConnections(inbound.DrainToImmutable(), outbound);
    }

    /// <summary>The local ports of connections that this machine makes (ip-sysctl.rst).</summary>
    private static HashSet<int> EphemeralPorts()
    {
        var words = File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var (first, last) = (int.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture));
        return [.. Enumerable.Range(first, last - first + 1)];
    }
}
