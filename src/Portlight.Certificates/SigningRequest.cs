using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Portlight.Certificates;

/// <summary>
/// A request for a certificate (PKCS #10), in DER: how an agent shows its public key and that it holds the private one. Nothing else of it counts: name, use and life
/// of the certificate are the authority's.
/// </summary>
public static class SigningRequest
{
    /// <summary>The most bytes that are looked at; one of P-256 has about 200.</summary>
    public const int MaxLength = 4096;

    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>The request for a key.</summary>
    public static byte[] Create(ECDsa key) => new CertificateRequest("CN=portlight agent", key, HashAlgorithmName.SHA256).CreateSigningRequest();

    /// <summary>Reads the public key of a request that its holder has signed.</summary>
    /// <param name="request">What came; DER.</param>
    /// <param name="key">The key: on the curve P-256.</param>
    /// <param name="problem">What is wrong, for the caller; null when nothing is.</param>
    public static bool TryRead(ReadOnlySpan<byte> request, [NotNullWhen(true)] out PublicKey? key, out string? problem)
    {
        key = null;
        if (request.Length > MaxLength)
        {
            problem = $"the signing request has {request.Length} bytes; at most {MaxLength} are read";
            return false;
        }

        try
        {
            var read = CertificateRequest.LoadSigningRequest(request, HashAlgorithmName.SHA256, out var length, CertificateRequestLoadOptions.SkipSignatureValidation);
            if (length != request.Length)
            {
                problem = "bytes follow the signing request";
                return false;
            }

            using var curve = read.PublicKey.GetECDsaPublicKey();
            if (curve is null || curve.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != P256)
            {
                problem = "the key of the signing request is not on the curve P-256";
                return false;
            }

            // Again with its signature: only now is it known that this is a curve that can be reckoned with.
            CertificateRequest.LoadSigningRequest(request, HashAlgorithmName.SHA256, out _);
            key = read.PublicKey;
            problem = null;
            return true;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or NotSupportedException)
        {
            problem = "the signing request cannot be read, or is not signed by its key";
            return false;
        }
    }
}
