using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Portlight.Certificates;

/// <summary>
/// The first 16 bytes of the SHA-256 of an authority's public key (SubjectPublicKeyInfo): by what a machine that joins knows it. To make another key with the same
/// pin takes 2^128 attempts.
/// </summary>
public static class AuthorityPin
{
    /// <summary>Bytes of a pin.</summary>
    public const int Length = 16;

    public static byte[] Of(X509Certificate2 authority) => SHA256.HashData(authority.PublicKey.ExportSubjectPublicKeyInfo())[..Length];

    /// <summary>The one of the certificates that a peer has sent which has the pin; null when none has.</summary>
    public static X509Certificate2? Find(ReadOnlySpan<byte> pin, IEnumerable<X509Certificate2> sent)
    {
        foreach (var certificate in sent)
        {
            if (CryptographicOperations.FixedTimeEquals(Of(certificate), pin))
            {
                return certificate;
            }
        }

        return null;
    }
}
