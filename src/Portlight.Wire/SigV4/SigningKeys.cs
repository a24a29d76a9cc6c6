using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Portlight.Linux;

namespace Portlight.Wire.SigV4;

/// <summary>
/// Derived signing keys. One is good for a key, a day, a region and a service, and costs four HMACs to derive, so it is kept for
/// the requests that follow. Bounded: when full, the cache starts anew (a day has few scopes, so that is rare).
/// </summary>
internal sealed class SigningKeys(int capacity)
{
    private readonly ConcurrentDictionary<(string AccessKeyId, CredentialScope Scope), Derived> _derived = new();

    internal int Count => _derived.Count;

    /// <summary>The key for a scope, derived or remembered.</summary>
    internal HmacSha256 Get(string accessKeyId, CredentialScope scope, string secret)
    {
        // An access key id whose secret has changed must not be served the old key.
        if (_derived.TryGetValue((accessKeyId, scope), out var known) && known.IsOf(secret))
        {
            return known.Key;
        }

        if (_derived.Count >= capacity)
        {
            _derived.Clear();
        }

        var derived = new Derived(secret, Derive(secret, scope));
        _derived[(accessKeyId, scope)] = derived;
        return derived.Key;
    }

    internal static byte[] Derive(string secret, CredentialScope scope)
    {
        var key = HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + secret), Encoding.UTF8.GetBytes(scope.Date));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(scope.Region));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(scope.Service));
        return HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(CredentialScope.Terminator));
    }

    private sealed class Derived(string secret, byte[] key)
    {
        internal HmacSha256 Key { get; } = new(key);

        internal bool IsOf(string other) => ReferenceEquals(secret, other) || CryptographicOperations.FixedTimeEquals(
            MemoryMarshal.AsBytes(secret.AsSpan()),
            MemoryMarshal.AsBytes(other.AsSpan()));
    }
}
