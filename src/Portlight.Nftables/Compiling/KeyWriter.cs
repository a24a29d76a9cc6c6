using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Portlight.Nftables.Compiling;

/// <summary>Writes the fields of one key, each padded to a register.</summary>
internal ref struct KeyWriter
{
    private readonly byte[] _key;
    private int _length;

    internal KeyWriter(int length) => _key = new byte[length];

    internal readonly byte[] Key => _length == _key.Length ? _key : throw new InvalidOperationException($"key of {_key.Length} bytes has {_length}");

    internal KeyWriter Name(string interfaceName)
    {
        Encoding.UTF8.GetBytes(interfaceName, _key.AsSpan(_length));
        _length += KeyField.InterfaceName.Length;
        return this;
    }

    /// <summary>The index of a device, in the machine's byte order, as the kernel's registers hold it. In an interval only what is behind it varies, so it need not be in the order of its bytes there.</summary>
    internal KeyWriter Device(uint index)
    {
        MemoryMarshal.Write(_key.AsSpan(_length), in index);
        _length += KeyField.Device.Length;
        return this;
    }

    internal KeyWriter Byte(int value)
    {
        _key[_length] = (byte)value;
        _length += 4;
        return this;
    }

    /// <summary>The family of a packet, as the table's rules load it.</summary>
    internal KeyWriter Family(bool isIpv4, TableFamily table)
    {
        FamilyOf(isIpv4, table).CopyTo(_key, _length);
        _length += KeyField.FamilyField.PaddedLength;
        return this;
    }

    internal static byte[] FamilyOf(bool isIpv4, TableFamily table) => (table, isIpv4) switch
    {
        (TableFamily.Bridge, true) => [PacketNumbers.EtherIpv4 >> 8, PacketNumbers.EtherIpv4 & 0xff],
        (TableFamily.Bridge, false) => [PacketNumbers.EtherIpv6 >> 8, PacketNumbers.EtherIpv6 & 0xff],
        (_, true) => [PacketNumbers.Ipv4],
        (_, false) => [PacketNumbers.Ipv6],
    };

    internal KeyWriter Port(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_key.AsSpan(_length), (ushort)value);
        _length += 4;
        return this;
    }

    /// <summary>A packet's mark, in the machine's byte order.</summary>
    internal KeyWriter Mark(uint value) => Device(value);

    /// <summary>A number of four bytes, big-endian.</summary>
    internal KeyWriter Number(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_key.AsSpan(_length), value);
        _length += KeyField.Mark.Length;
        return this;
    }

    internal KeyWriter Address(UInt128 address, bool isIpv4)
    {
        if (isIpv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(_key.AsSpan(_length), (uint)address);
        }
        else
        {
            BinaryPrimitives.WriteUInt128BigEndian(_key.AsSpan(_length), address);
        }

        _length += isIpv4 ? 4 : 16;
        return this;
    }
}
