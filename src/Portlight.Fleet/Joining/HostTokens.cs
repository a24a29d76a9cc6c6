using System.Security.Cryptography;
using Portlight.Domain;

namespace Portlight.Fleet;

/// <summary>What is stored of join tokens: of the secret, which nobody can guess, its hash alone.</summary>
internal static class HostTokens
{
    /// <summary>How long one is of use.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public static bool IsSecretOf(HostToken token, ReadOnlySpan<byte> secret) =>
        CryptographicOperations.FixedTimeEquals(Convert.FromHexString(token.Hash), SHA256.HashData(secret));

    /// <summary>SHA-256 in hexadecimal: how public keys and secrets are stored.</summary>
    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
