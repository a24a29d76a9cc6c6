using System.Net;
using System.Net.Sockets;

namespace Portlight.TestKit.Network;

/// <summary>Sends packets from a node as they are, header included, so that the source can be anything.</summary>
public sealed class PacketSender : IDisposable
{
    private const ProtocolType HeaderIncluded = ProtocolType.Raw; // IPPROTO_RAW

    private static long _marks = DateTimeOffset.UnixEpoch.Ticks;

    private readonly NetworkNode _from;
    private readonly Socket _ipv4;
    private readonly Socket _ipv6;

    public PacketSender(NetworkNode from)
    {
        _from = from;
        _ipv4 = from.Do(() => new Socket(AddressFamily.InterNetwork, SocketType.Raw, HeaderIncluded));
        _ipv6 = from.Do(() => new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, HeaderIncluded));
    }

    /// <summary>Sends the packets one after the other; answers the marks they carry, in the same order.</summary>
    public IReadOnlyList<ulong> Send(params IReadOnlyList<Packet> packets) => _from.Do(() =>
    {
        var marks = new List<ulong>(packets.Count);
        foreach (var packet in packets)
        {
            // An odd multiplier spreads the counter over all bits, so that no other bytes of a packet look like a mark.
            var mark = (ulong)Interlocked.Increment(ref _marks) * 0x9E3779B97F4A7C15;
            marks.Add(mark);
            foreach (var bytes in packet.ToWire(mark))
            {
                SendWhole(packet, bytes);
            }
        }

        return marks;
    });

    public void Dispose()
    {
        _ipv4.Dispose();
        _ipv6.Dispose();
    }

    private void SendWhole(Packet packet, byte[] bytes)
    {
        try
        {
            (packet.IsIpv4 ? _ipv4 : _ipv6).SendTo(bytes, new IPEndPoint(packet.Destination, 0));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AccessDenied)
        {
            // EPERM, as .NET has it: the sender's own output was filtered and dropped. That is the verdict, and the capture will not see the packet.
        }
    }
}
