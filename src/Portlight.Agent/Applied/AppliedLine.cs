using System.Buffers.Text;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Portlight.Agent.Applied;

/// <summary>One line of the file of applied rules: the CRC-32C of the text as eight hexadecimal digits, a blank, the text (JSON), a line feed.</summary>
internal static class AppliedLine
{
    private const int TextStart = 9;

    internal static byte[] Of<T>(T record, JsonTypeInfo<T> shape)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(record, shape);
        var line = new byte[TextStart + text.Length + 1];
        text.CopyTo(line, TextStart);
        Encoding.ASCII.GetBytes($"{Checksum(text):x8} ", line);
        line[^1] = (byte)'\n';
        return line;
    }

    /// <summary>The text of a line without its line feed, and whether it is as it was written. False with an empty text: not even the form is right.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (line.Length <= TextStart || line[TextStart - 1] != ' ')
        {
            return false;
        }

        text = line[TextStart..];
        return Utf8Parser.TryParse(line[..(TextStart - 1)], out uint expected, out var length, 'x') && length == TextStart - 1 && expected == Checksum(text);
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        var whole = bytes.Length & ~7;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes[..whole]))
        {
            sum = BitOperations.Crc32C(sum, word);
        }

        foreach (var octet in bytes[whole..])
        {
            sum = BitOperations.Crc32C(sum, octet);
        }

        return ~sum;
    }
}
