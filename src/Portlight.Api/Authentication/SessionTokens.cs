using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Portlight.Storage;

namespace Portlight.Api;

/// <summary>
/// Session tokens: sessions sealed with the installation's key file, so that nothing has to be kept of them. Opened ones are remembered, because a session sends
/// its token with every request; by the hash of the token, so that the memory holds no token.
/// </summary>
internal sealed class SessionTokens(SecretBox box)
{
    private const int Capacity = 4096;

    /// <summary>Longer than any token that was ever given out: <see cref="SessionFormat.MaxPackedTerms"/> and the rest, in base64.</summary>
    private const int MaxLength = 8192;

    private readonly ConcurrentDictionary<TokenHash, Session> _opened = new();

    /// <summary>The token of a session.</summary>
    /// <param name="session">For which user or role, and until when.</param>
    /// <param name="packedTerms">Its terms, from <see cref="SessionFormat.Pack"/>.</param>
    public string Seal(Session session, byte[] packedTerms) => Convert.ToBase64String(box.Seal(SessionFormat.Write(session, packedTerms)));

    /// <summary>The session of a token; null for one that was not made here, was changed, or was sealed with a key that is no longer in the key file.</summary>
    public Session? Open(string token)
    {
        if (token.Length is 0 or > MaxLength)
        {
            return null;
        }

        var hash = TokenHash.Of(token);
        if (_opened.TryGetValue(hash, out var known))
        {
            return known;
        }

        if (TryOpen(token) is not { } session)
        {
            return null;
        }

        // Starting over is simpler than counting uses; a session that is forgotten is opened again.
        if (_opened.Count >= Capacity)
        {
            _opened.Clear();
        }

        return _opened.GetOrAdd(hash, session);
    }

    private Session? TryOpen(string token)
    {
        if (!Base64.IsValid(token.AsSpan()))
        {
            return null;
        }

        try
        {
            return SessionFormat.TryRead(box.Open(Convert.FromBase64String(token)), out var session) ? session : null;
        }
        catch (StoreException)
        {
            return null;
        }
    }

    private readonly record struct TokenHash(UInt128 High, UInt128 Low)
    {
        public static TokenHash Of(string token)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(Encoding.UTF8.GetBytes(token), hash);
            return new TokenHash(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash), System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
        }
    }
}
