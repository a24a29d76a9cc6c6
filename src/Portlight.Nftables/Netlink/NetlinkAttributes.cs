using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace Portlight.Nftables.Netlink;

/// <summary>A list of attributes. Enumerate it with <c>foreach</c>, or ask for one with <see cref="TryGet"/>.</summary>
public readonly ref struct NetlinkAttributes
{
    private readonly ReadOnlySpan<byte> _bytes;

    internal NetlinkAttributes(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public Enumerator GetEnumerator() => new(_bytes);

    /// <summary>The first attribute of that type; false when there is none.</summary>
    public bool TryGet(ushort type, out NetlinkAttribute attribute)
    {
        foreach (var candidate in this)
        {
            if (candidate.Type != type)
            {
                continue;
            }

            attribute = candidate;
            return true;
        }

        attribute = default;
        return false;
    }

    /// <summary>The text of the first attribute of that type, or null.</summary>
    public string? TextOrNull(ushort type) => TryGet(type, out var attribute) ? attribute.Text : null;

    /// <summary>The big-endian number in the first attribute of that type; null where there is none, or one that is too short for a number.</summary>
    public uint? U32BigEndianOrNull(ushort type) => TryGet(type, out var attribute) && attribute.Value.Length >= sizeof(uint) ? attribute.U32BigEndian : null;

    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> bytes) => _rest = bytes;

        public NetlinkAttribute Current { get; private set; }

        public bool MoveNext()
        {
            if (_rest.Length < 4)
            {
                return false;
            }

            int length = MemoryMarshal.Read<ushort>(_rest);
            if (length < 4 || length > _rest.Length)
            {
                return false;
            }
            // The two top bits are NLA_F_NESTED and NLA_F_NET_BYTEORDER.
            var type = (ushort)(MemoryMarshal.Read<ushort>(_rest[2..]) & 0x3fff);
            Current = new NetlinkAttribute(type, _rest[4..length]);
            _rest = _rest[Math.Min((length + 3) & ~3, _rest.Length)..];
            return true;
        }
    }
}

/// <summary>One attribute: its type without the flag bits, and a view of its value.</summary>
[SuppressMessage("Naming", "CA1711", Justification = "netlink's own word; nothing to do with System.Attribute")]
public readonly ref struct NetlinkAttribute
{
    internal NetlinkAttribute(ushort type, ReadOnlySpan<byte> value)
    {
        Type = type;
        Value = value;
    }

    public ushort Type { get; }

    public ReadOnlySpan<byte> Value { get; }

    public NetlinkAttributes Nested => new(Value);

    public byte U8 => Value[0];

    public ushort U16 => MemoryMarshal.Read<ushort>(Value);

    public uint U32 => MemoryMarshal.Read<uint>(Value);

    public ushort U16BigEndian => BinaryPrimitives.ReadUInt16BigEndian(Value);

    public uint U32BigEndian => BinaryPrimitives.ReadUInt32BigEndian(Value);

    public ulong U64BigEndian => BinaryPrimitives.ReadUInt64BigEndian(Value);

    /// <summary>The value as text, without the terminating zero.</summary>
    public string Text
    {
        get
        {
            var end = Value.IndexOf((byte)0);
            return Encoding.UTF8.GetString(end < 0 ? Value : Value[..end]);
        }
    }
}
