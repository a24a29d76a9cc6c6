using Portlight.Linux;

namespace Portlight.Wire.SigV4;

/// <summary>The last step: algorithm, time, scope and the canonical request's hash, under the signing key.</summary>
internal static class StringToSign
{
    internal const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>Length of a signature in hexadecimal.</summary>
    internal const int SignatureLength = 64;

    /// <summary>The signature in lower-case hexadecimal.</summary>
    internal static void Sign(
        HmacSha256 key, string timestamp, CredentialScope scope, ReadOnlySpan<byte> requestHash, Span<byte> signature)
    {
        var output = new ByteBuffer(stackalloc byte[256]);
        Write(ref output, timestamp, scope, requestHash);
        Span<byte> mac = stackalloc byte[Sha256.Size];
        key.Sign(output.Written, mac);
        output.Dispose();
        Convert.TryToHexStringLower(mac, signature, out _);
    }

    internal static void Write(ref ByteBuffer output, string timestamp, CredentialScope scope, ReadOnlySpan<byte> requestHash)
    {
        output.Append(Algorithm);
        output.Append((byte)'\n');
        output.Append(timestamp);
        output.Append((byte)'\n');
        output.Append(scope.Date);
        output.Append((byte)'/');
        output.Append(scope.Region);
        output.Append((byte)'/');
        output.Append(scope.Service);
        output.Append("/aws4_request\n"u8);
        output.AppendHex(requestHash);
    }
}
