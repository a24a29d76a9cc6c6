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

    internal KeyWriter Port(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_key.AsSpan(_length), (ushort)value);
        _length += 4;
        return this;
    }

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
