using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Portlight.Linux;

/// <summary>
/// SHA-256 of what is short. .NET asks the same library for it by its general interface, which allocates, counts references and clears a list of errors each time: five times what a hash of 72
/// bytes costs, and three times one of 300. Where the library is not OpenSSL 3, and for what is long, .NET does it. Safe from any thread. Why: docs/decisions/0135-short-hashes.md.
/// </summary>
public static class Sha256
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    /// <summary>What is longer goes to .NET: the garbage collector must not wait for it.</summary>
    private const int Longest = 4096;

    internal static bool IsDirect { get; } = Works();

    /// <summary>The hash of data.</summary>
    /// <param name="data">The data, also none.</param>
    /// <param name="hash">Where it goes: <see cref="Size"/> bytes at least.</param>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        if (!IsDirect || data.Length > Longest)
        {
            SHA256.HashData(data, hash);
            return;
        }

        var state = default(LibCrypto.State);
        Begin(ref state);
        Add(ref state, data);
        End(ref state, hash);
    }

    internal static bool Fits(int length) => IsDirect && length <= Longest;

    internal static void Begin(ref LibCrypto.State state) => Require(LibCrypto.Begin(ref state));

    internal static void Add(ref LibCrypto.State state, ReadOnlySpan<byte> data) => Require(LibCrypto.Add(ref state, in MemoryMarshal.GetReference(data), (nuint)data.Length));

    internal static void End(ref LibCrypto.State state, Span<byte> hash) => Require(LibCrypto.End(ref hash[..Size][0], ref state));

    private static void Require(int done)
    {
        if (done != 1)
        {
            throw new CryptographicException("OpenSSL could not make a SHA-256");
        }
    }

    /// <summary>Whether the functions are there and make of a message that is longer than a block what .NET makes of it.</summary>
    private static bool Works()
    {
        try
        {
            Span<byte> message = stackalloc byte[100];
            message.Fill(0x61);
            Span<byte> hash = stackalloc byte[Size];
            var state = default(LibCrypto.State);
            Begin(ref state);
            Add(ref state, message);
            End(ref state, hash);
            return Convert.ToHexString(hash) == "2816597888E4A0D3A36B82B83316AB32680EB8F00F8CD3B904D681246D285A0E";
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException or CryptographicException)
        {
            return false;
        }
    }
}
