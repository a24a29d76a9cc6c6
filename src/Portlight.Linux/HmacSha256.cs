using System.Security.Cryptography;

namespace Portlight.Linux;

/// <summary>HMAC-SHA-256 (RFC 2104) under one key, of which what does not depend on the data is done once. Safe from any thread.</summary>
public sealed class HmacSha256
{
    private const int Block = 64;

    private readonly byte[] _key;
    private readonly LibCrypto.State _inner;
    private readonly LibCrypto.State _outer;

    /// <param name="key">The key, of any length; it is copied.</param>
    public HmacSha256(ReadOnlySpan<byte> key)
    {
        _key = key.ToArray();
        if (!Sha256.IsDirect)
        {
            return;
        }

        Span<byte> padded = stackalloc byte[Block];
        padded.Clear();
        if (key.Length > Block)
        {
            SHA256.HashData(key, padded);
        }
        else
        {
            key.CopyTo(padded);
        }

        Prepare(ref _inner, padded, 0x36);
        Prepare(ref _outer, padded, 0x5c);
        CryptographicOperations.ZeroMemory(padded);
    }

    /// <summary>The authentication code of data.</summary>
    /// <param name="data">The data, also none.</param>
    /// <param name="mac">Where it goes: <see cref="Sha256.Size"/> bytes at least.</param>
    public void Sign(ReadOnlySpan<byte> data, Span<byte> mac)
    {
        if (!Sha256.Fits(data.Length))
        {
            HMACSHA256.HashData(_key, data, mac);
            return;
        }

        Span<byte> inside = stackalloc byte[Sha256.Size];
        var state = _inner;
        Sha256.Add(ref state, data);
        Sha256.End(ref state, inside);
        state = _outer;
        Sha256.Add(ref state, inside);
        Sha256.End(ref state, mac);
    }

    private static void Prepare(ref LibCrypto.State state, Span<byte> key, byte pad)
    {
        Span<byte> block = stackalloc byte[Block];
        for (var i = 0; i < Block; i++)
        {
            block[i] = (byte)(key[i] ^ pad);
        }

        Sha256.Begin(ref state);
        Sha256.Add(ref state, block);
        CryptographicOperations.ZeroMemory(block);
    }
}
