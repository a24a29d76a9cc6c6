using System.Buffers.Binary;
using System.Numerics;

namespace Portlight.Nftables.Compiling;

/// <summary>
/// SHA-256 (FIPS 180-4) of a rule, without the library that TLS takes: loading that takes longer than everything else that is done before the rules are in force (docs/decisions/0103).
/// It finds what differs by accident or by an older build, of texts that this program has written.
/// </summary>
internal static class RuleDigest
{
    internal const int Length = 32;

    private const int Block = 64;

    private static readonly uint[] Start = [.. FirstPrimes(8).Select(prime => Fraction(Math.Sqrt(prime)))];
    private static readonly uint[] Rounds = [.. FirstPrimes(64).Select(prime => Fraction(Math.Cbrt(prime)))];

    internal static byte[] Of(ReadOnlySpan<byte> content)
    {
        Span<uint> state = stackalloc uint[8];
        Start.CopyTo(state);
        var whole = content.Length / Block * Block;
        for (var at = 0; at < whole; at += Block)
        {
            Take(content.Slice(at, Block), state);
        }

        // What is left, a one, zeros, and the length in bits.
        Span<byte> end = stackalloc byte[2 * Block];
        content[whole..].CopyTo(end);
        end[content.Length - whole] = 0x80;
        end = content.Length - whole < Block - sizeof(ulong) ? end[..Block] : end;
        BinaryPrimitives.WriteUInt64BigEndian(end[^sizeof(ulong)..], (ulong)content.Length * 8);
        for (var at = 0; at < end.Length; at += Block)
        {
            Take(end.Slice(at, Block), state);
        }

        var digest = new byte[Length];
        for (var i = 0; i < state.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(digest.AsSpan(i * sizeof(uint)), state[i]);
        }

        return digest;
    }

    private static void Take(ReadOnlySpan<byte> block, Span<uint> state)
    {
        Span<uint> words = stackalloc uint[64];
        for (var i = 0; i < 16; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(i * sizeof(uint))..]);
        }

        for (var i = 16; i < words.Length; i++)
        {
            var (early, late) = (words[i - 15], words[i - 2]);
            words[i] = words[i - 16] + (Right(early, 7) ^ Right(early, 18) ^ (early >> 3)) + words[i - 7] + (Right(late, 17) ^ Right(late, 19) ^ (late >> 10));
        }

        var (a, b, c, d, e, f, g, h) = (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]);
        for (var i = 0; i < words.Length; i++)
        {
            var first = h + (Right(e, 6) ^ Right(e, 11) ^ Right(e, 25)) + ((e & f) ^ (~e & g)) + Rounds[i] + words[i];
            var second = (Right(a, 2) ^ Right(a, 13) ^ Right(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
            (a, b, c, d, e, f, g, h) = (first + second, a, b, c, d + first, e, f, g);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }

    private static uint Right(uint word, int bits) => BitOperations.RotateRight(word, bits);

    /// <summary>The first 32 bits of what is behind the point.</summary>
    private static uint Fraction(double number) => (uint)((number - Math.Floor(number)) * 4294967296.0);

    private static IEnumerable<int> FirstPrimes(int count) => Enumerable.Range(2, 400).Where(number => Enumerable.Range(2, number - 2).All(divisor => number % divisor != 0)).Take(count);
}
