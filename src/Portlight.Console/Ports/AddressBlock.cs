using System.Globalization;
using System.Net;

namespace Portlight.Console.Ports;

/// <summary>A block of addresses as the server writes it. A text that is written otherwise is no block here: the reading of what people type is the server's.</summary>
internal readonly record struct AddressBlock
{
    private readonly byte[] _first;
    private readonly int _length;

    private AddressBlock(byte[] first, int length) => (_first, _length) = (first, length);

    /// <summary>Reads <c>192.0.2.0/24</c>, or an address alone, which is a block of one.</summary>
    public static bool TryRead(string text, out AddressBlock block)
    {
        block = default;
        var parts = text.Split('/');
        // What is read leniently is printed otherwise than it was written.
        if (parts.Length > 2 || !IPAddress.TryParse(parts[0].AsSpan(), out var address) || address.ToString() != parts[0])
        {
            return false;
        }

        var bytes = address.GetAddressBytes();
        var length = bytes.Length * 8;
        if (parts.Length == 2 && !(int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out length) && length <= bytes.Length * 8))
        {
            return false;
        }

        block = new AddressBlock(bytes, length);
        return true;
    }

    /// <summary>Whether every address of another block is in this one.</summary>
    public bool Holds(AddressBlock other)
    {
        if (_first is null || other._first is null || _first.Length != other._first.Length || _length > other._length)
        {
            return false;
        }

        for (var bit = 0; bit < _length; bit++)
        {
            if (((_first[bit / 8] ^ other._first[bit / 8]) & (0x80 >> (bit % 8))) != 0)
            {
                return false;
            }
        }

        return true;
    }
}
