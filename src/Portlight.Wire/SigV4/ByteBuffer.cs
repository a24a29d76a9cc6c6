using System.Buffers;
using System.Text;

namespace Portlight.Wire.SigV4;

/// <summary>Bytes appended to the caller's stack space, moving to a pooled array when that is full.</summary>
internal ref struct ByteBuffer(Span<byte> initial)
{
    private Span<byte> _bytes = initial;
    private byte[]? _rented;
    private int _length;

    public readonly ReadOnlySpan<byte> Written => _bytes[.._length];

    public void Append(byte value)
    {
        if (_length == _bytes.Length)
        {
            Grow(1);
        }

        _bytes[_length++] = value;
    }

    public void Append(ReadOnlySpan<byte> values)
    {
        if (values.Length > _bytes.Length - _length)
        {
            Grow(values.Length);
        }

        values.CopyTo(_bytes[_length..]);
        _length += values.Length;
    }

    /// <summary>Appends text as UTF-8.</summary>
    public void Append(ReadOnlySpan<char> text)
    {
        if (text.Length > _bytes.Length - _length)
        {
            Grow(text.Length);
        }

        if (!Encoding.UTF8.TryGetBytes(text, _bytes[_length..], out var written))
        {
            Grow(Encoding.UTF8.GetMaxByteCount(text.Length));
            written = Encoding.UTF8.GetBytes(text, _bytes[_length..]);
        }

        _length += written;
    }

    public void AppendHex(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length * 2 > _bytes.Length - _length)
        {
            Grow(bytes.Length * 2);
        }

        Convert.TryToHexStringLower(bytes, _bytes[_length..], out var written);
        _length += written;
    }

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
        }

        _rented = null;
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, _length + needed));
        Written.CopyTo(larger);
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
        }

        _bytes = _rented = larger;
    }
}
