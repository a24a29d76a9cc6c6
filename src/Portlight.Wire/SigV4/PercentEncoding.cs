using System.Buffers;
using System.Text;

namespace Portlight.Wire.SigV4;

/// <summary>URI encoding as SigV4 has it: everything but <c>A-Z a-z 0-9 - . _ ~</c> becomes %XX of its UTF-8 bytes.</summary>
internal static class PercentEncoding
{
    private static readonly SearchValues<char> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    internal static bool IsUnreserved(ReadOnlySpan<char> text) => text.IndexOfAnyExcept(Unreserved) < 0;

    /// <summary>Encodes text, leaving slashes alone if asked to.</summary>
    internal static void Append(ref ByteBuffer output, ReadOnlySpan<char> text, bool keepSlashes)
    {
        Span<byte> bytes = stackalloc byte[4];
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAnyExcept(Unreserved);
            if (plain < 0)
            {
                plain = text.Length;
            }

            output.Append(text[..plain]);
            text = text[plain..];
            if (text.IsEmpty)
            {
                return;
            }

            if (keepSlashes && text[0] == '/')
            {
                output.Append((byte)'/');
                text = text[1..];
                continue;
            }

            Rune.DecodeFromUtf16(text, out var rune, out var consumed);
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                output.Append((byte)'%');
                output.Append(Hex(value >> 4));
                output.Append(Hex(value & 15));
            }

            text = text[consumed..];
        }
    }

    /// <summary>
    /// Encodes a query's name or value that may be encoded already: %XX is decoded first, so that <c>%7e</c>, <c>%7E</c> and
    /// <c>~</c> come out alike. A percent sign that starts no such pair stands for itself; a plus sign is a space, as it is
    /// where the parameters are read (<see cref="Query.QueryRequest"/>): one text has one meaning.
    /// </summary>
    internal static string Canonical(ReadOnlySpan<char> text)
    {
        if (IsUnreserved(text))
        {
            return text.ToString();
        }

        var decoded = Decode(text);
        var output = new ByteBuffer(stackalloc byte[512]);
        Append(ref output, decoded, keepSlashes: false);
        var canonical = Encoding.ASCII.GetString(output.Written);
        output.Dispose();
        return canonical;
    }

    internal static string Decode(ReadOnlySpan<char> text)
    {
        var plain = text.Contains('+') ? text.ToString().Replace('+', ' ') : text.ToString();
        return plain.Contains('%') ? Uri.UnescapeDataString(plain) : plain;
    }

    private static byte Hex(int digit) => (byte)"0123456789ABCDEF"[digit];
}
