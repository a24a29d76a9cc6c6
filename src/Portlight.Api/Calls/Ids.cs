using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Portlight.Api;

/// <summary>
/// Ids of requests, events, operations and things: UUIDs (RFC 9562) from the kernel's random bytes, which are read for <see cref="Kept"/> ids at once, because a
/// read for each costs a system call, three for each Put. Safe from any thread; each has bytes of its own.
/// </summary>
internal static class Ids
{
    /// <summary>Ids that one read of the kernel makes.</summary>
    public const int Kept = 256;

    private const int Size = 16;

    [ThreadStatic]
    private static byte[]? _bytes;

    [ThreadStatic]
    private static int _used;

    /// <summary>An id that says nothing: version 4.</summary>
    public static Guid Random()
    {
        var bytes = Take();
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        return Of(bytes);
    }

    /// <summary>An id whose order is that of time, by the millisecond, so that a store that sorts by it appends: version 7.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is before 1970.</exception>
    public static Guid InOrderOf(DateTimeOffset time)
    {
        var milliseconds = time.ToUnixTimeMilliseconds();
        ArgumentOutOfRangeException.ThrowIfNegative(milliseconds, nameof(time));
        var bytes = Take();
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(milliseconds >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[2..], (uint)milliseconds);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x70);
        return Of(bytes);
    }

    private static Guid Of(Span<byte> bytes)
    {
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80); // the variant of RFC 9562
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Bytes that no id has had.</summary>
    private static Span<byte> Take()
    {
        if (_bytes is null || _used == Kept)
        {
            _bytes ??= new byte[Kept * Size];
            RandomNumberGenerator.Fill(_bytes);
            _used = 0;
        }

        return _bytes.AsSpan(_used++ * Size, Size);
    }
}
