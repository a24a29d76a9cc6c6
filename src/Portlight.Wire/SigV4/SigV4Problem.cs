namespace Portlight.Wire.SigV4;

/// <summary>
/// Why a signature is refused, in the words and under the error types of AWS's JSON 1.1 front ends.
/// </summary>
public sealed record SigV4Problem(SigV4ProblemType Type, string Message)
{
    // The one answer for every way in which a signature can be wrong: it must not tell which part was nearly right.
    public static readonly SigV4Problem Mismatch = new(
        SigV4ProblemType.InvalidSignature,
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.");

    internal static readonly SigV4Problem UnknownKey = new(
        SigV4ProblemType.UnrecognizedClient,
        UnrecognizedClientException.UnknownKey);

    internal static SigV4Problem Incomplete(string message) => new(SigV4ProblemType.IncompleteSignature, message);

    internal static SigV4Problem Invalid(string message) => new(SigV4ProblemType.InvalidSignature, message);

    /// <summary>The error that the edge throws for it.</summary>
    public LightsailException ToException() => Type switch
    {
        SigV4ProblemType.IncompleteSignature => new IncompleteSignatureException(Message),
        SigV4ProblemType.InvalidSignature => new InvalidSignatureException(Message),
        SigV4ProblemType.MissingAuthenticationToken => new MissingAuthenticationTokenException(Message),
        _ => new UnrecognizedClientException(Message),
    };
}

/// <summary>The error types of refused signatures.</summary>
public enum SigV4ProblemType
{
    IncompleteSignature,
    InvalidSignature,
    MissingAuthenticationToken,
    UnrecognizedClient,
}
