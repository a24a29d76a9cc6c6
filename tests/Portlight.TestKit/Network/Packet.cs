using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Portlight.TestKit.Network;

/// <summary>A packet as it goes on the wire, with a source of the test's choosing. Ports are TCP's and UDP's, type and code ICMP's.</summary>
public sealed record Packet
{
    public const byte Icmp = 1;
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Gre = 47;
    public const byte Icmpv6 = 58;
    public const byte Sctp = 132;

    /// <summary>Flags of TCP.</summary>
    public const byte Syn = 2;
    public const byte Acknowledgement = 16;

    public required IPAddress Source { get; init; }

    public required IPAddress Destination { get; init; }

    public required byte Protocol { get; init; }

    public ushort SourcePort { get; init; } = 40000;

    public ushort Port { get; init; }

    /// <summary>TCP only.</summary>
    public byte TcpFlags { get; init; } = Syn;

    public byte Type { get; init; }

    public byte Code { get; init; }

    /// <summary>ICMP errors and redirects only: the packet that they are about, quoted as routers do.</summary>
    public Packet? About { get; init; }

    /// <summary>Sent in two fragments; the second has no port in it.</summary>
    public bool IsFragmented { get; init; }

    /// <summary>IPv6 only: a hop-by-hop options header before the transport header.</summary>
    public bool HasExtensionHeader { get; init; }

    public bool IsIpv4 => Source.AddressFamily == AddressFamily.InterNetwork;

    public override string ToString()
    {
        var what = Protocol switch
        {
            Tcp or Udp => $"port {Port}",
            Icmp or Icmpv6 => $"type {Type} code {Code}",
            _ => "",
        };
        return $"protocol {Protocol} {what} from {Source} to {Destination}{(IsFragmented ? " in fragments" : "")}{(HasExtensionHeader ? " behind an extension header" : "")}";
    }

    /// <summary>The packet, or its fragments in order, with a mark in its payload by which a capture knows it.</summary>
    internal IEnumerable<byte[]> ToWire(ulong mark)
    {
        var transport = Transport(mark);
        if (!IsFragmented)
        {
            yield return WithHeader(transport, mark, 0, more: false);
            yield break;
        }

        // The cut is behind every transport header and the mark, at a multiple of eight.
        yield return WithHeader(transport[..40], mark, 0, more: true);
        yield return WithHeader(transport[40..], mark, 40, more: false);
    }

    private byte[] Transport(ulong mark)
    {
        if (About is not null)
        {
            return Error(About, mark);
        }

        var header = Protocol switch { Tcp => 20, Udp => 8, Icmp or Icmpv6 => 8, Sctp => 12, _ => 4 };
        var bytes = new byte[header + 8 + (IsFragmented ? 40 : 0)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(header), mark);
        switch (Protocol)
        {
            case Tcp:
                WritePorts(bytes);
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), (uint)mark);
                (bytes[12], bytes[13], bytes[14]) = (5 << 4, TcpFlags, 0x20); // 20 bytes of header, the flags, a window
                WriteChecksum(bytes, 16);
                break;
            case Udp:
                WritePorts(bytes);
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)bytes.Length);
                WriteChecksum(bytes, 6);
                break;
            case Icmp or Icmpv6:
                (bytes[0], bytes[1]) = (Type, Code);
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), SourcePort); // the identifier of an echo
                WriteChecksum(bytes, 2);
                break;
            case Sctp:
                WritePorts(bytes);
                break;
        }

        return bytes;
    }

    /// <summary>Type, code, checksum, four bytes of which none is needed here (a gateway, an MTU), the quotation, and the mark behind it.</summary>
    private byte[] Error(Packet about, ulong mark)
    {
        var quoted = about.ToWire(0).First();
        var bytes = new byte[8 + quoted.Length + 8];
        (bytes[0], bytes[1]) = (Type, Code);
        quoted.CopyTo(bytes, 8);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8 + quoted.Length), mark);
        WriteChecksum(bytes, 2);
        return bytes;
    }

    private void WritePorts(byte[] bytes)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), Port);
    }

    private byte[] WithHeader(byte[] part, ulong mark, int offset, bool more) =>
        IsIpv4 ? Ipv4(part, (ushort)(mark | 1), offset, more) : Ipv6(part, (uint)mark, offset, more);

    private byte[] Ipv4(byte[] part, ushort id, int offset, bool more)
    {
        var bytes = new byte[20 + part.Length];
        bytes[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)bytes.Length);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), id);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), (ushort)((offset / 8) | (more ? 0x2000 : 0)));
        (bytes[8], bytes[9]) = (64, Protocol);
        Source.TryWriteBytes(bytes.AsSpan(12), out _);
        Destination.TryWriteBytes(bytes.AsSpan(16), out _);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(10), Fold(Sum(bytes.AsSpan(0, 20), 0)));
        part.CopyTo(bytes, 20);
        return bytes;
    }

    private byte[] Ipv6(byte[] part, uint id, int offset, bool more)
    {
        var extensions = new List<byte>();
        if (HasExtensionHeader)
        {
            extensions.AddRange([IsFragmented ? (byte)44 : Protocol, 0, 1, 4, 0, 0, 0, 0]); // PadN
        }

        if (IsFragmented)
        {
            var field = (ushort)(offset | (more ? 1 : 0));
            extensions.AddRange([Protocol, 0, (byte)(field >> 8), (byte)field, (byte)(id >> 24), (byte)(id >> 16), (byte)(id >> 8), (byte)id]);
        }

        var bytes = new byte[40 + extensions.Count + part.Length];
        bytes[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)(bytes.Length - 40));
        (bytes[6], bytes[7]) = (HasExtensionHeader ? (byte)0 : IsFragmented ? (byte)44 : Protocol, 64);
        Source.TryWriteBytes(bytes.AsSpan(8), out _);
        Destination.TryWriteBytes(bytes.AsSpan(24), out _);
        extensions.CopyTo(bytes, 40);
        part.CopyTo(bytes, 40 + extensions.Count);
        return bytes;
    }

    private void WriteChecksum(byte[] bytes, int at)
    {
        uint sum = 0;
        if (Protocol != Icmp)
        {
            // The pseudo header: both addresses, the length, the protocol.
            sum = Sum(Destination.GetAddressBytes(), Sum(Source.GetAddressBytes(), 0)) + (uint)bytes.Length + Protocol;
        }

        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at), Fold(Sum(bytes, sum)));
    }

    private static uint Sum(ReadOnlySpan<byte> bytes, uint sum)
    {
        for (var i = 0; i + 1 < bytes.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        }

        return (bytes.Length & 1) == 0 ? sum : sum + (uint)(bytes[^1] << 8);
    }

    private static ushort Fold(uint sum)
    {
        while (sum >> 16 != 0)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}
