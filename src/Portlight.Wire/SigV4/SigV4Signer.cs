using System.Security.Cryptography;
using System.Text;
using Portlight.Linux;

namespace Portlight.Wire.SigV4;

/// <summary>Signs requests. What is to be signed (date, token and content hash headers) must be in the headers beforehand.</summary>
public static class SigV4Signer
{
    /// <summary>
    /// The value of the Authorization header. The headers must hold <c>x-amz-date</c> with the same time; the names signed must
    /// be lower case, sorted, and hold <c>host</c>.
    /// </summary>
    public static string Authorization<THeaders>(
        in SigV4Request<THeaders> request,
        IReadOnlyList<string> signedHeaders,
        AwsCredentials credentials,
        SigV4Rules rules,
        string region,
        DateTimeOffset time)
        where THeaders : struct, IHeaderSource
    {
        ArgumentNullException.ThrowIfNull(credentials);
        var timestamp = SigV4Time.Format(time);
        var scope = new CredentialScope(timestamp[..8], region, rules.Service);
        var signature = Sign(request, signedHeaders, credentials, rules, scope, timestamp, presigned: false);
        return $"{StringToSign.Algorithm} Credential={credentials.AccessKeyId}/{scope}, SignedHeaders={string.Join(';', signedHeaders)}, Signature={signature}";
    }

    /// <summary>
    /// The whole query of a presigned request: what the request has, the signature's parameters, the signature. A session token
    /// is part of it. One that does not say when it expires lives 15 minutes.
    /// </summary>
    public static string PresignedQuery<THeaders>(
        in SigV4Request<THeaders> request,
        IReadOnlyList<string> signedHeaders,
        AwsCredentials credentials,
        SigV4Rules rules,
        string region,
        DateTimeOffset time,
        TimeSpan? expires)
        where THeaders : struct, IHeaderSource
    {
        ArgumentNullException.ThrowIfNull(credentials);
        var timestamp = SigV4Time.Format(time);
        var scope = new CredentialScope(timestamp[..8], region, rules.Service);
        var query = new StringBuilder(request.Query);
        Add(query, QueryParameters.Algorithm, StringToSign.Algorithm);
        Add(query, QueryParameters.Credential, $"{credentials.AccessKeyId}/{scope}");
        Add(query, QueryParameters.Date, timestamp);
        Add(query, QueryParameters.SignedHeaders, string.Join(';', signedHeaders));
        if (expires is { } lives)
        {
            Add(query, QueryParameters.Expires, ((long)lives.TotalSeconds).ToString());
        }

        if (credentials.SessionToken is { } token)
        {
            Add(query, QueryParameters.SecurityToken, token);
        }

        var unsigned = new SigV4Request<THeaders>(request.Method, request.Path, query.ToString(), request.Headers, request.Body);
        Add(query, QueryParameters.Signature, Sign(unsigned, signedHeaders, credentials, rules, scope, timestamp, presigned: true));
        return query.ToString();
    }

    private static string Sign<THeaders>(
        in SigV4Request<THeaders> request,
        IReadOnlyList<string> signedHeaders,
        AwsCredentials credentials,
        SigV4Rules rules,
        CredentialScope scope,
        string timestamp,
        bool presigned)
        where THeaders : struct, IHeaderSource
    {
        Span<byte> bodyHash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> requestHash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> signature = stackalloc byte[StringToSign.SignatureLength];
        Sha256.Hash(request.Body, bodyHash);
        CanonicalRequest.Hash(request, signedHeaders, rules, presigned, bodyHash, requestHash);
        StringToSign.Sign(new HmacSha256(SigningKeys.Derive(credentials.SecretAccessKey, scope)), timestamp, scope, requestHash, signature);
        return Encoding.ASCII.GetString(signature);
    }

    private static void Add(StringBuilder query, string name, string value)
    {
        if (query.Length > 0)
        {
            query.Append('&');
        }

        query.Append(name).Append('=').Append(Uri.EscapeDataString(value));
    }
}
