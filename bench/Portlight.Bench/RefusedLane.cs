using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Portlight.Bench;

/// <summary>A machine that refuses what a sender sends through it, under as many addresses as it wants. The kernel carries a packet to its drop in the sender's time.</summary>
internal sealed class RefusedLane : IDisposable
{
    private const int ClosedPort = 7;
    private const int HeaderLength = 20;
    private const int Length = HeaderLength + 16;

    private readonly byte[] _packet = new byte[Length];
    private readonly IPEndPoint _to = new(PacketLane.Address(PacketLane.Receiver), 0);
    private readonly Random _random = new(1);
    private Socket _socket = null!;

    private RefusedLane()
    {
    }

    /// <summary>Microseconds for each packet, turn by turn.</summary>
    public List<double> Turns { get; } = [];

    /// <summary>How many were sent.</summary>
    public long Sent { get; private set; }

    /// <param name="name">Begins the names of the namespaces.</param>
    /// <param name="furnish">Makes the table, in the machine's namespace; gets the device that leads to the receiver.</param>
    public static RefusedLane Make(string name, Action<uint> furnish)
    {
        PacketLane.LayWires(name, device =>
        {
            File.WriteAllText("/proc/sys/net/ipv4/conf/all/rp_filter", "0");
            File.WriteAllText("/proc/sys/net/ipv4/conf/s0/rp_filter", "0");
            furnish(device);
        });
        var lane = new RefusedLane();
        PacketLane.In(name + "-s", () => lane._socket = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw));
        lane.WriteHeaders();
        return lane;
    }

    /// <summary>Sends so many packets and writes down what each of them took.</summary>
    /// <param name="packets">How many.</param>
    /// <param name="sources">Of how many addresses each is one.</param>
    public void Take(int packets, int sources)
    {
        SendMany(packets / 5, sources);
        var began = Stopwatch.GetTimestamp();
        SendMany(packets, sources);
        Turns.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds / packets);
    }

    public void Dispose() => _socket.Dispose();

    private void SendMany(int packets, int sources)
    {
        for (var i = 0; i < packets; i++)
        {
            // 198.18.0.0/15, which is for benchmarks.
            BinaryPrimitives.WriteUInt32BigEndian(_packet.AsSpan(12), 0xC6120000 + (uint)_random.Next(sources));
            _socket.SendTo(_packet, _to);
        }

        Sent += packets;
    }

    // The kernel fills in the rest of the header of IP. A checksum of zero is none, in UDP.
    private void WriteHeaders()
    {
        (_packet[0], _packet[8], _packet[9]) = (0x45, 64, 17);
        _to.Address.TryWriteBytes(_packet.AsSpan(16), out _);
        BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(HeaderLength), 40_000);
        BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(HeaderLength + 2), ClosedPort);
        BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(HeaderLength + 4), Length - HeaderLength);
    }
}
