using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Portlight.Nftables.Netlink;

/// <summary>
/// Writes netlink messages one after the other into a pooled buffer that grows. A message is begun, gets its fixed header and its
/// attributes, and is ended; nested attributes likewise. Lengths are patched in when something ends, padding to four bytes is implied.
/// Netlink headers are in host byte order; most attributes of nf_tables are big-endian, those of rtnetlink are not: the method names say which.
/// </summary>
public sealed class NetlinkWriter : IDisposable
{
    private const int MessageHeaderLength = 16;
    private const ushort NestedFlag = 0x8000;

    private byte[] _buffer;
    private int _length;
    private int _messageStart = -1;

    public NetlinkWriter(int initialCapacity = 4096) => _buffer = ArrayPool<byte>.Shared.Rent(initialCapacity);

    /// <summary>Everything written so far.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public int Length => _length;

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Clear()
    {
        _length = 0;
        _messageStart = -1;
    }

    /// <summary>Begins a message. The port id stays 0: the kernel fills in the sender's.</summary>
    public void BeginMessage(ushort type, ushort flags, uint sequence)
    {
        if (_messageStart >= 0)
        {
            throw new InvalidOperationException("the message before was not ended");
        }

        _messageStart = _length;
        var header = Grow(MessageHeaderLength);
        header.Clear();
        MemoryMarshal.Write(header[4..], in type);
        MemoryMarshal.Write(header[6..], in flags);
        MemoryMarshal.Write(header[8..], in sequence);
    }

    /// <summary>Ends the message by writing its length.</summary>
    public void EndMessage()
    {
        var length = _length - _messageStart;
        MemoryMarshal.Write(_buffer.AsSpan(_messageStart), in length);
        _messageStart = -1;
    }

    /// <summary>Adds a flag to the message begun at <paramref name="offset"/> (for example NLM_F_ACK to the last of a batch).</summary>
    public void AddFlags(int offset, ushort flags)
    {
        var field = _buffer.AsSpan(offset + 6, 2);
        var all = (ushort)(MemoryMarshal.Read<ushort>(field) | flags);
        MemoryMarshal.Write(field, in all);
    }

    /// <summary>Writes raw bytes: the fixed header that follows the message header (nfgenmsg, ifinfomsg …).</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(GrowPadded(bytes.Length));

    /// <summary>Writes a blittable struct as the message's fixed header.</summary>
    public void Raw<T>(in T header) where T : unmanaged => Raw(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in header)));

    public void Bytes(ushort type, ReadOnlySpan<byte> value) => value.CopyTo(Attribute(type, value.Length));

    /// <summary>An attribute without a value (NLA_FLAG).</summary>
    public void Flag(ushort type) => Attribute(type, 0);

    public void U8(ushort type, byte value) => Attribute(type, 1)[0] = value;

    public void U16(ushort type, ushort value) => MemoryMarshal.Write(Attribute(type, 2), in value);

    public void U32(ushort type, uint value) => MemoryMarshal.Write(Attribute(type, 4), in value);

    public void U16BigEndian(ushort type, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Attribute(type, 2), value);

    public void U32BigEndian(ushort type, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Attribute(type, 4), value);

    public void U64BigEndian(ushort type, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Attribute(type, 8), value);

    /// <summary>A string with the terminating zero that the kernel's NLA_NUL_STRING wants.</summary>
    public void Text(ushort type, string value)
    {
        var count = Encoding.UTF8.GetByteCount(value);
        var target = Attribute(type, count + 1);
        Encoding.UTF8.GetBytes(value, target);
        target[count] = 0;
    }

    /// <summary>Begins a nested attribute; give the answer to <see cref="EndNested"/>.</summary>
    public int BeginNested(ushort type)
    {
        var start = _length;
        var flagged = (ushort)(type | NestedFlag);
        MemoryMarshal.Write(Grow(4)[2..], in flagged);
        return start;
    }

    /// <summary>Ends a nested attribute. Its length is a 16-bit field: a writer of long lists splits them before <see cref="NestedLength"/> gets there.</summary>
    public void EndNested(int start)
    {
        var length = _length - start;
        if (length > ushort.MaxValue)
        {
            throw new InvalidOperationException($"nested attribute of {length} bytes: the length field holds 65535 at most");
        }

        var narrowed = (ushort)length;
        MemoryMarshal.Write(_buffer.AsSpan(start), in narrowed);
    }

    /// <summary>Bytes that the open nested attribute has so far.</summary>
    public int NestedLength(int start) => _length - start;

    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Span<byte> Attribute(ushort type, int valueLength)
    {
        var length = checked((ushort)(4 + valueLength));
        var attribute = GrowPadded(length);
        MemoryMarshal.Write(attribute, in length);
        MemoryMarshal.Write(attribute[2..], in type);
        return attribute.Slice(4, valueLength);
    }

    private Span<byte> GrowPadded(int length)
    {
        var padded = (length + 3) & ~3;
        var span = Grow(padded);
        span[length..].Clear();
        return span[..length];
    }

    private Span<byte> Grow(int length)
    {
        if (_length + length > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + length));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var span = _buffer.AsSpan(_length, length);
        _length += length;
        return span;
    }
}
