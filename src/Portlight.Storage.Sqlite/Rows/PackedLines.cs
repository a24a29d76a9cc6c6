using System.Buffers.Binary;
using System.IO.Compression;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// The lines of an audit block as a row keeps them: their length (four bytes, most significant first) and Brotli's bytes. Events are alike, so those of one commit
/// shrink to an eighth, and writing them would cost more than making them small. One thread at a time.
/// </summary>
internal sealed class PackedLines
{
    // Fast, and a window of a quarter of a megabyte; the next better quality costs three times as much for a fiftieth.
    private const int Quality = 1;
    private const int Window = 18;
    private const int Header = sizeof(int);

    /// <summary>No block is longer: a row that says so is damaged.</summary>
    private const int Most = 64 << 20;

    private byte[] _buffer = new byte[64 << 10];

    /// <summary>What the row keeps; valid until the next call.</summary>
    public ReadOnlySpan<byte> Pack(ReadOnlySpan<byte> lines)
    {
        var most = Header + BrotliEncoder.GetMaxCompressedLength(lines.Length);
        _buffer = _buffer.Length >= most ? _buffer : new byte[most];
        BinaryPrimitives.WriteInt32BigEndian(_buffer, lines.Length);
        return BrotliEncoder.TryCompress(lines, _buffer.AsSpan(Header), out var written, Quality, Window)
            ? _buffer.AsSpan(0, Header + written)
            : throw new StoreException("an audit block could not be packed");
    }

    /// <summary>The lines; of what nobody packed, the bytes as they are, which no verification takes for lines.</summary>
    public static byte[] Unpack(ReadOnlySpan<byte> row)
    {
        if (row.Length > Header && BinaryPrimitives.ReadInt32BigEndian(row) is > 0 and <= Most and var length)
        {
            var lines = new byte[length];
            if (BrotliDecoder.TryDecompress(row[Header..], lines, out var written) && written == length)
            {
                return lines;
            }
        }

        return row.ToArray();
    }
}
