using System.Security.Cryptography;

namespace Portlight.Wire.SigV4;

/// <summary>
/// A derived signing key, ready to sign: preparing an HMAC costs as much again as making one, so what was prepared is kept for the next signature. Safe from any thread.
/// </summary>
internal sealed class SigningKey(byte[] key)
{
    // One is enough: two threads that meet here make a second, and one of them is dropped.
    private IncrementalHash? _idle;

    internal ReadOnlySpan<byte> Bytes => key;

    /// <summary>HMAC-SHA-256 of the data under the key.</summary>
    internal void Sign(ReadOnlySpan<byte> data, Span<byte> mac)
    {
        var hash = Interlocked.Exchange(ref _idle, null) ?? IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(data);
        hash.GetHashAndReset(mac);
        Interlocked.Exchange(ref _idle, hash)?.Dispose();
    }
}
