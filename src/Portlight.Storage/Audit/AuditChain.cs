using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Portlight.Linux;

namespace Portlight.Storage;

/// <summary>
/// The chain that makes tampering show. The last member of each event's line is <c>"chain":{"version":2,"sequence":N,"hash":"…"}</c>; the hash is SHA-256, in
/// lower-case hexadecimal, over 72 bytes: the hash of the event before, the sequence number (most significant byte first), and the SHA-256 of the event's text as it
/// was before the member was added. To change, remove or insert an event, every later line has to be changed, here and in every copy.
/// </summary>
/// <remarks>
/// Lines without a version are of the first: SHA-256 over the hash before (its 64 characters), the number in decimal, a line feed, and the text. They are verified
/// and no longer written, because that hash can be made only once the event before is known, by the one thread that every write passes.
/// </remarks>
public static class AuditChain
{
    /// <summary>Characters of a hash.</summary>
    internal const int HashLength = 2 * SHA256.HashSizeInBytes;

    private const int MaxDigits = 19;

    /// <summary>What stands for the event before the first.</summary>
    public static string Genesis { get; } = new('0', HashLength);

    /// <summary>The place in the chain that a line ends with, unverified; null when it does not end so.</summary>
    public static AuditAnchor? FindPlace(ReadOnlySpan<byte> line) => AuditLine.TryParse(line, out var parsed) ? parsed.ToAnchor() : null;

    /// <summary>Adds an event's line, with its place in the chain and a line feed at its end.</summary>
    /// <param name="hash">In: the 64 characters of the hash of the event before. Out: those of this one.</param>
    /// <param name="sequence">The event's number.</param>
    /// <param name="recorded">The event.</param>
    /// <param name="output">Where the line goes.</param>
    public static void Append(Span<byte> hash, long sequence, AuditEvent recorded, IBufferWriter<byte> output)
    {
        Follow(hash, sequence, recorded.Digest);
        var json = recorded.Json.Span;
        var line = output.GetSpan(json.Length + HashLength + MaxDigits + 64);
        var length = Copy(json[..^1], line);
        length += Copy(AuditLine.BeforeSequence, line[length..]);
        Utf8Formatter.TryFormat(sequence, line[length..], out var digits);
        length += digits;
        length += Copy(AuditLine.BeforeHash, line[length..]);
        length += Copy(hash, line[length..]);
        length += Copy(AuditLine.End, line[length..]);
        line[length++] = (byte)'\n';
        output.Advance(length);
    }

    /// <summary>Whether a line, with or without its line feed, is the event that follows <paramref name="previous"/> and as it was recorded.</summary>
    public static bool TryVerify(ReadOnlySpan<byte> line, AuditAnchor previous, out AuditAnchor next, out string problem)
    {
        next = previous;
        if (previous.Hash.Length != HashLength)
        {
            problem = "what stands for the event before is no hash";
            return false;
        }

        if (!AuditLine.TryParse(line, out var parsed))
        {
            problem = "the line does not end with its place in the chain";
            return false;
        }

        problem = Compare(parsed.Sequence, previous.Sequence + 1);
        if (problem.Length > 0)
        {
            return false;
        }

        if (!parsed.Hash.SequenceEqual(HashOf(parsed, previous.Hash)))
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"the hash does not follow from the text and the event before: event {parsed.Sequence} has been changed, or the one before it with its hash");
            return false;
        }

        next = parsed.ToAnchor();
        return true;
    }

    private static string Compare(long sequence, long expected)
    {
        if (sequence > expected)
        {
            return sequence == expected + 1
                ? string.Create(CultureInfo.InvariantCulture, $"event {expected} is missing")
                : string.Create(CultureInfo.InvariantCulture, $"events {expected} to {sequence - 1} are missing");
        }

        return sequence < expected ? string.Create(CultureInfo.InvariantCulture, $"event {sequence} stands where event {expected} should: events were reordered or repeated") : "";
    }

    private static byte[] HashOf(in AuditLine line, string previousHash)
    {
        var hash = Encoding.ASCII.GetBytes(previousHash);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (line.Version == 1)
        {
            Span<byte> prefix = stackalloc byte[HashLength + MaxDigits + 1];
            sha.AppendData(prefix[..WritePrefix(prefix, hash, line.Sequence)]);
        }

        sha.AppendData(line.Text);
        sha.AppendData("}"u8);
        sha.GetHashAndReset(digest);
        if (line.Version == 1)
        {
            Convert.TryToHexStringLower(digest, hash, out _);
        }
        else
        {
            Follow(hash, line.Sequence, digest);
        }

        return hash;
    }

    /// <summary>The hash of an event after that of the event before.</summary>
    private static void Follow(Span<byte> hash, long sequence, ReadOnlySpan<byte> textDigest)
    {
        const int Size = SHA256.HashSizeInBytes;
        Span<byte> hashed = stackalloc byte[Size + sizeof(long) + Size];
        Convert.FromHexString(hash, hashed, out _, out _);
        BinaryPrimitives.WriteInt64BigEndian(hashed[Size..], sequence);
        textDigest.CopyTo(hashed[(Size + sizeof(long))..]);
        Span<byte> digest = stackalloc byte[Size];
        Sha256.Hash(hashed, digest);
        Convert.TryToHexStringLower(digest, hash, out _);
    }

    private static int WritePrefix(Span<byte> output, ReadOnlySpan<byte> hash, long sequence)
    {
        hash.CopyTo(output);
        Utf8Formatter.TryFormat(sequence, output[HashLength..], out var digits);
        output[HashLength + digits] = (byte)'\n';
        return HashLength + digits + 1;
    }

    private static int Copy(ReadOnlySpan<byte> from, Span<byte> to)
    {
        from.CopyTo(to);
        return from.Length;
    }
}
