namespace Portlight.Wire.SigV4;

/// <summary>
/// A signature as the request claims it: well formed, for this service, for now. Nothing of it is proven until
/// <see cref="SigV4Verifier.Verify"/> has said so.
/// </summary>
public sealed class ParsedSignature
{
    internal ParsedSignature()
    {
    }

    public required string AccessKeyId { get; init; }

    /// <summary>The day, region and service of the credential scope; the region is the one the request is for.</summary>
    public required CredentialScope Scope { get; init; }

    public string Region => Scope.Region;

    /// <summary>The names of the signed headers: lower case, sorted, each once, <c>host</c> among them.</summary>
    public required IReadOnlyList<string> SignedHeaders { get; init; }

    /// <summary>The session token, to be checked against the key's once the signature holds.</summary>
    public string? SessionToken { get; init; }

    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>How long a presigned request lives; null for one that is signed by header.</summary>
    public TimeSpan? Expires { get; init; }

    /// <summary>Whether the signature came in the query.</summary>
    public bool IsPresigned => Expires is not null;

    internal string TimestampText { get; init; } = "";

    internal string Signature { get; init; } = "";
}
