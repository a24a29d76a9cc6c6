using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Portlight.TestKit.Network;

/// <summary>Sees the packets that have come in to a node, whatever the node makes of them.</summary>
public sealed partial class PacketCapture : IDisposable
{
    private readonly List<Socket> _sockets;
    private readonly HashSet<ulong> _seen = [];
    private readonly byte[] _buffer = new byte[65536];

    private PacketCapture(List<Socket> sockets)
    {
        _sockets = sockets;
        foreach (var socket in sockets)
        {
            socket.Blocking = false;
            socket.ReceiveBufferSize = 4 * 1024 * 1024;
        }
    }

    /// <summary>At the door: every IPv4 and IPv6 packet that arrives by any interface, before the node's own netfilter.</summary>
    public static PacketCapture Arriving(NetworkNode at) => at.Do(() => new PacketCapture(
    [
        // The protocol of a packet socket is an EtherType in network order; these two see incoming packets only.
        new Socket(AddressFamily.Packet, SocketType.Dgram, (ProtocolType)0x0008),
        new Socket(AddressFamily.Packet, SocketType.Dgram, (ProtocolType)0xdd86),
    ]));

    /// <summary>Inside: what the node delivers to itself, behind its own netfilter (raw sockets get a copy of each).</summary>
    public static PacketCapture Delivered(NetworkNode at, params IEnumerable<byte> protocols) => at.Do(() => new PacketCapture(
        [
            .. protocols.Select(protocol => Raw(2, protocol)),
            .. protocols.Select(protocol => Raw(10, protocol)),
        ]));

    /// <summary>Waits until the packet with that mark has come in; false when the deadline passes.</summary>
    public bool Await(ulong mark, TimeSpan deadline)
    {
        var since = Stopwatch.GetTimestamp();
        while (!_seen.Contains(mark))
        {
            Drain();
            var left = deadline - Stopwatch.GetElapsedTime(since);
            if (_seen.Contains(mark))
            {
                break;
            }

            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            var readable = _sockets.ToList();
            Socket.Select(readable, null, null, left);
        }

        return true;
    }

    /// <summary>Whether the packet with that mark has come in by now.</summary>
    public bool HasSeen(ulong mark)
    {
        Drain();
        return _seen.Contains(mark);
    }

    public void Forget()
    {
        Drain();
        _seen.Clear();
    }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    // Made by the C library: the framework refuses protocols that it has no name for.
    private static Socket Raw(int family, byte protocol)
    {
        var descriptor = OpenSocket(family, 3, protocol);
        return descriptor >= 0
            ? new Socket(new SafeSocketHandle(descriptor, ownsHandle: true))
            : throw new InvalidOperationException($"no raw socket for protocol {protocol}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int family, int type, int protocol);

    private void Drain()
    {
        foreach (var socket in _sockets)
        {
            while (socket.Available > 0 || socket.Poll(0, SelectMode.SelectRead))
            {
                int length;
                try
                {
                    length = socket.Receive(_buffer);
                }
                catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.NetworkDown)
                {
                    break;
                }

                Note(_buffer.AsSpan(0, length));
            }
        }
    }

    // Where the mark stands depends on headers; every position is looked at, and one that is no mark of ours is never asked for.
    private void Note(ReadOnlySpan<byte> packet)
    {
        for (var at = 0; at + 8 <= packet.Length; at += 4)
        {
            _seen.Add(BinaryPrimitives.ReadUInt64BigEndian(packet[at..]));
        }
    }
}
