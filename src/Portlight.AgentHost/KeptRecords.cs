using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;
using Portlight.AgentStream.Wire;

namespace Portlight.AgentHost;

/// <summary>How <see cref="KeptFile"/> divides into records: length, CRC-32C of the content, CRC-32C of these two, the content.</summary>
internal static class KeptRecords
{
    private const int HeadLength = 3 * sizeof(uint);

    /// <summary>What the file begins with.</summary>
    internal static readonly byte[] Mark = [.. "plagent"u8, 1];

    internal static byte[] Of(KeptRecord record)
    {
        var bytes = new byte[HeadLength + record.CalculateSize()];
        record.WriteTo(bytes.AsSpan(HeadLength));
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)(bytes.Length - HeadLength));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(sizeof(uint)), Checksum(bytes.AsSpan(HeadLength)));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(2 * sizeof(uint)), Checksum(bytes.AsSpan(0, 2 * sizeof(uint))));
        return bytes;
    }

    /// <summary>Reads the record at the start of what is left. False: it is not whole, and <paramref name="length"/> is how far it goes, to the end where it may be cut off.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> file, out KeptRecord? record, out int length)
    {
        (record, length) = (null, file.Length);
        if (file.Length < HeadLength || !file.ContainsAnyExcept((byte)0))
        {
            return false;
        }

        var content = BinaryPrimitives.ReadUInt32BigEndian(file);
        if (BinaryPrimitives.ReadUInt32BigEndian(file[(2 * sizeof(uint))..]) != Checksum(file[..(2 * sizeof(uint))]))
        {
            length = HeadLength;
            return false;
        }

        if (content > file.Length - HeadLength)
        {
            return false;
        }

        length = HeadLength + (int)content;
        var bytes = file[HeadLength..length];
        if (BinaryPrimitives.ReadUInt32BigEndian(file[sizeof(uint)..]) != Checksum(bytes))
        {
            return false;
        }

        try
        {
            record = KeptRecord.Parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            // As it was written, and nothing that this build can read.
            return false;
        }
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var octet in bytes)
        {
            sum = BitOperations.Crc32C(sum, octet);
        }

        return ~sum;
    }
}
