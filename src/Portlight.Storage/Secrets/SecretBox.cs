using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Portlight.Storage;

/// <summary>
/// Seals secrets for their rest in the database: AES-256-GCM with a key of the key file. What is sealed begins with a version and the key's number, so that a
/// later key can take over while older seals stay readable.
/// </summary>
/// <remarks>Layout: version (1 byte, 1) · key number (4 bytes, big-endian) · nonce (12) · tag (16) · ciphertext. Version and key number are authenticated.</remarks>
public sealed class SecretBox
{
    /// <summary>Bytes of a key.</summary>
    internal const int KeySize = 32;

    private const byte Version = 1;
    private const int HeaderSize = 1 + sizeof(uint);
    private const int Overhead = HeaderSize + NonceSize + TagSize;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly IReadOnlyDictionary<uint, byte[]> _keys;
    private readonly uint _current;

    /// <summary>Opens with any of the keys, seals with <paramref name="current"/>.</summary>
    internal SecretBox(IReadOnlyDictionary<uint, byte[]> keys, uint current)
    {
        _keys = keys;
        _current = current;
    }

    /// <summary>Number of the key that seals.</summary>
    public uint SealingKey => _current;

    internal int KeyCount => _keys.Count;

    /// <summary>Number of the key that a secret was sealed with.</summary>
    /// <exception cref="StoreException">It is no sealed secret.</exception>
    public static uint KeyOf(byte[] sealedSecret) => sealedSecret.Length >= Overhead && sealedSecret[0] == Version
        ? BinaryPrimitives.ReadUInt32BigEndian(sealedSecret.AsSpan(1))
        : throw new StoreException("a sealed secret is damaged or comes from a newer portlight");

    public byte[] Seal(ReadOnlySpan<byte> secret)
    {
        var sealedSecret = new byte[Overhead + secret.Length];
        var header = sealedSecret.AsSpan(0, HeaderSize);
        header[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(header[1..], _current);
        var nonce = sealedSecret.AsSpan(HeaderSize, NonceSize);

        // Random nonces of 96 bits are safe for 2^32 seals under one key (NIST SP 800-38D, 8.3); an installation seals a few thousand.
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(_keys[_current], TagSize);
        cipher.Encrypt(nonce, secret, sealedSecret.AsSpan(Overhead), sealedSecret.AsSpan(HeaderSize + NonceSize, TagSize), header);
        return sealedSecret;
    }

    /// <exception cref="StoreException">It was sealed with another installation's key, or it has been changed.</exception>
    public byte[] Open(byte[] sealedSecret)
    {
        if (!_keys.TryGetValue(KeyOf(sealedSecret), out var key))
        {
            throw new StoreException("a secret was sealed with a key that is not in the key file; put back the key file that belongs to this database");
        }

        var header = sealedSecret.AsSpan(0, HeaderSize);
        var secret = new byte[sealedSecret.Length - Overhead];
        using var cipher = new AesGcm(key, TagSize);
        try
        {
            cipher.Decrypt(
                sealedSecret.AsSpan(HeaderSize, NonceSize),
                sealedSecret.AsSpan(Overhead),
                sealedSecret.AsSpan(HeaderSize + NonceSize, TagSize),
                secret,
                header);
        }
        catch (AuthenticationTagMismatchException)
        {
            // Not passed on as the cause: nothing about the attempt helps, and nothing of it should get into a log.
            throw new StoreException("a sealed secret has been changed since it was sealed");
        }

        return secret;
    }
}
