using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Portlight.Lightsail;

/// <summary>An RSA key pair in the forms that SSH tools read.</summary>
/// <param name="PublicKey">One OpenSSH line, <c>ssh-rsa AAAA…</c> (RFC 4253, section 6.6).</param>
/// <param name="PrivateKey">PEM, <c>BEGIN RSA PRIVATE KEY</c> (PKCS#1).</param>
internal sealed record SshKeyPair(string PublicKey, string PrivateKey)
{
    private const string Algorithm = "ssh-rsa";

    /// <summary>2048 bits, as the real service makes them.</summary>
    public static SshKeyPair Generate()
    {
        using var rsa = RSA.Create(2048);
        return new SshKeyPair(PublicLine(rsa.ExportParameters(includePrivateParameters: false)), rsa.ExportRSAPrivateKeyPem());
    }

    /// <summary>
    /// 20 bytes as colon-separated hexadecimal: SHA-1 over the key blob of the OpenSSH line. The real service's are as long; what they are computed over is
    /// not public.
    /// </summary>
    public static string Fingerprint(string publicKey)
    {
        var blob = Convert.FromBase64String(publicKey.Split(' ')[1]);
#pragma warning disable CA5350 // A label that the API defines as 20 bytes, not a protection.
        var hash = SHA1.HashData(blob);
#pragma warning restore CA5350
        return string.Join(':', hash.Select(octet => octet.ToString("x2")));
    }

    private static string PublicLine(RSAParameters key)
    {
        var blob = new MemoryStream();
        WriteString(blob, Encoding.ASCII.GetBytes(Algorithm));
        WriteInteger(blob, key.Exponent!);
        WriteInteger(blob, key.Modulus!);
        return $"{Algorithm} {Convert.ToBase64String(blob.ToArray())}";
    }

    private static void WriteString(MemoryStream blob, ReadOnlySpan<byte> value)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, value.Length);
        blob.Write(length);
        blob.Write(value);
    }

    /// <summary>An mpint (RFC 4251, section 5): a leading zero keeps a high bit from reading as a sign.</summary>
    private static void WriteInteger(MemoryStream blob, byte[] value) => WriteString(blob, value[0] < 0x80 ? value : [0, .. value]);
}
