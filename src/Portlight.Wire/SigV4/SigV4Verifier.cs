using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Portlight.Linux;

namespace Portlight.Wire.SigV4;

/// <summary>
/// Verifies AWS Signature Version 4 in two steps, because the secret is looked up between them: <see cref="TryParse"/> finds the
/// signature and checks all that needs no secret; <see cref="Verify"/> proves it. Safe to share between threads.
/// </summary>
public sealed class SigV4Verifier(SigV4Rules rules, TimeProvider clock)
{
    private const string ContentHashHeader = "x-amz-content-sha256";
    private const int MaxCachedKeys = 4096;

    // Stands in for the secret of a key that nobody has, so that an unknown key costs the same work as a known one. Its
    // signatures are never accepted, from any caller.
    private const string NobodysKeyId = "";
    private static readonly string NobodysSecret = Convert.ToHexString(RandomNumberGenerator.GetBytes(20));

    private readonly SignatureCheck _check = new(rules);
    private readonly SigningKeys _keys = new(MaxCachedKeys);

    /// <summary>What is wrong with the form of the request's signature, as far as the head alone tells; null when nothing is. It proves nothing.</summary>
    public static SigV4Problem? FindProblemOfForm<THeaders>(in SigV4Request<THeaders> request)
        where THeaders : struct, IHeaderSource
    {
        SignatureClaim.TryFind(request, out _, out var problem);
        return problem;
    }

    /// <summary>Finds the request's signature, in the Authorization header or in the query, and checks its form, time and scope.</summary>
    public bool TryParse<THeaders>(
        in SigV4Request<THeaders> request,
        [NotNullWhen(true)] out ParsedSignature? parsed,
        [NotNullWhen(false)] out SigV4Problem? problem)
        where THeaders : struct, IHeaderSource
    {
        parsed = null;
        if (SignatureClaim.TryFind(request, out var claim, out problem))
        {
            problem = _check.Check(claim, request.Headers.Names, clock.GetUtcNow(), out parsed);
        }

        return problem is null;
    }

    /// <summary>
    /// Proves that the signer of the request holds the secret. For an access key id that nobody has, pass null: the same work is
    /// done and the request refused.
    /// </summary>
    public bool Verify<THeaders>(
        ParsedSignature parsed,
        in SigV4Request<THeaders> request,
        string? secret,
        [NotNullWhen(false)] out SigV4Problem? problem)
        where THeaders : struct, IHeaderSource
    {
        ArgumentNullException.ThrowIfNull(parsed);
        Span<byte> bodyHash = stackalloc byte[SHA256.HashSizeInBytes];
        Sha256.Hash(request.Body, bodyHash);
        problem = CheckContentHash(request.Headers.Get(ContentHashHeader), bodyHash);
        if (problem is not null)
        {
            return false;
        }

        Span<byte> requestHash = stackalloc byte[SHA256.HashSizeInBytes];
        CanonicalRequest.Hash(request, parsed.SignedHeaders, rules, parsed.IsPresigned, bodyHash, requestHash);
        var key = _keys.Get(secret is null ? NobodysKeyId : parsed.AccessKeyId, parsed.Scope, secret ?? NobodysSecret);
        Span<byte> expected = stackalloc byte[StringToSign.SignatureLength];
        StringToSign.Sign(key, parsed.TimestampText, parsed.Scope, requestHash, expected);

        Span<byte> given = stackalloc byte[StringToSign.SignatureLength];
        var sameLength = parsed.Signature.Length == given.Length && Encoding.UTF8.TryGetBytes(parsed.Signature, given, out _);
        var equal = CryptographicOperations.FixedTimeEquals(expected, given) & sameLength;
        problem = secret is null ? SigV4Problem.UnknownKey : equal ? null : SigV4Problem.Mismatch;
        return problem is null;
    }

    // The signed hash is always that of the body as it arrived; a header that claims another one is refused rather than believed.
    private static SigV4Problem? CheckContentHash(HeaderValues claimed, ReadOnlySpan<byte> bodyHash)
    {
        if (claimed.Count == 0)
        {
            return null;
        }

        var value = claimed[0];
        if (claimed.Count == 1 && value.Length == 2 * bodyHash.Length)
        {
            Span<char> actual = stackalloc char[2 * SHA256.HashSizeInBytes];
            Convert.TryToHexStringLower(bodyHash, actual, out _);
            if (value.AsSpan().SequenceEqual(actual))
            {
                return null;
            }
        }

        return SigV4Problem.Invalid(
            "The 'X-Amz-Content-Sha256' header must be the SHA-256 of the body in lower-case hexadecimal; unsigned and streaming payloads are not accepted.");
    }
}
