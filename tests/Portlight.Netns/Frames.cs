using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>Ethernet frames of any type between two machines on one bridge, each known by a mark in it. What is sent last is ARP, which always passes: what has not come when it comes does not pass.</summary>
internal sealed class Frames : IDisposable
{
    private const ProtocolType Everything = (ProtocolType)0x0300; // ETH_P_ALL, in network order
    private const ushort Arp = 0x0806;
    private const int Shortest = 60;
    private const int MarkAt = 40;

    private readonly NetworkNode _from;
    private readonly Socket _sender;
    private readonly Socket _receiver;
    private readonly EndPoint _link;
    private ulong _mark = 0x7a5c_31d8_0000_0000;

    internal Frames(NetworkNode from, NetworkNode to)
    {
        _from = from;
        _sender = from.Do(() => new Socket(AddressFamily.Packet, SocketType.Raw, Everything));
        _receiver = to.Do(() => new Socket(AddressFamily.Packet, SocketType.Raw, Everything) { ReceiveTimeout = (int)Deadline.Span.TotalMilliseconds });
        _link = new LinkEndPoint(int.Parse(from.Run("ip", "-o link show eth0").Split(':')[0], CultureInfo.InvariantCulture));
    }

    /// <summary>For each type whether a frame of it has come.</summary>
    internal bool[] Pass(params IReadOnlyList<ushort> types)
    {
        var first = _mark + 1;
        foreach (var type in types.Append(Arp))
        {
            Send(type, ++_mark);
        }

        var seen = new HashSet<ulong>();
        var buffer = new byte[2048];
        while (!seen.Contains(_mark))
        {
            var length = _receiver.Receive(buffer);
            // A tag may have been taken out of the frame on its way.
            for (var at = MarkAt - 4; at <= MarkAt && at + sizeof(ulong) <= length; at += 4)
            {
                seen.Add(BinaryPrimitives.ReadUInt64BigEndian(buffer.AsSpan(at)));
            }
        }

        return [.. types.Select((_, i) => seen.Contains(first + (ulong)i))];
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }

    private void Send(ushort type, ulong mark)
    {
        var frame = new byte[Shortest];
        frame.AsSpan(0, 6).Fill(0xff);
        ((ReadOnlySpan<byte>)[0x52, 0x54, 0, 1, 2, 3]).CopyTo(frame.AsSpan(6));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), type);
        // Behind the tag of a VLAN there is another type.
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(16), Arp);
        BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(MarkAt), mark);
        _from.Do(() => _sender.SendTo(frame, _link));
    }

    /// <summary>struct sockaddr_ll of a device.</summary>
    private sealed class LinkEndPoint(int device) : EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, 20);
            BinaryPrimitives.WriteInt32LittleEndian(address.Buffer.Span[4..], device);
            return address;
        }
    }
}
