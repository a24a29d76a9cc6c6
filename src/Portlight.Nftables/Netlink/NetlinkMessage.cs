using System.Runtime.InteropServices;

namespace Portlight.Nftables.Netlink;

/// <summary>One received message: a view of the buffer it arrived in, valid as long as that buffer is.</summary>
public readonly ref struct NetlinkMessage
{
    internal const int HeaderLength = 16;

    private readonly ReadOnlySpan<byte> _bytes;

    internal NetlinkMessage(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public ushort Type => MemoryMarshal.Read<ushort>(_bytes[4..]);

    public ushort Flags => MemoryMarshal.Read<ushort>(_bytes[6..]);

    public uint Sequence => MemoryMarshal.Read<uint>(_bytes[8..]);

    /// <summary>For an event: the port id of the socket that caused it.</summary>
    public uint PortId => MemoryMarshal.Read<uint>(_bytes[12..]);

    /// <summary>What follows the netlink header: the family's fixed header, then attributes.</summary>
    public ReadOnlySpan<byte> Payload => _bytes[HeaderLength..];

    /// <summary>The attributes after a fixed header of <paramref name="fixedHeaderLength"/> bytes (4 for nfnetlink, 16 for ifinfomsg, 8 for ifaddrmsg, 12 for rtmsg).</summary>
    public NetlinkAttributes Attributes(int fixedHeaderLength) =>
        new(Payload.Length < fixedHeaderLength ? [] : Payload[((fixedHeaderLength + 3) & ~3)..]);
}
