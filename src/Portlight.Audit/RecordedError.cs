using Portlight.Api;
using Portlight.Wire;
using Portlight.Wire.SigV4;

namespace Portlight.Audit;

/// <summary>
/// What an event says of an error. To a known caller it is what the caller was told. What an unknown one was told may repeat what it had sent, its signature or a
/// secret that a broken client put there: for those there are words of our own.
/// </summary>
internal static class RecordedError
{
    public static string MessageOf(LightsailException error, Call call) =>
        call.Principal.Type == PrincipalType.Anonymous ? OfUnknownCaller(error)
        : HiddenMembers.LooksLikePrivateKey(error.Message) ? HiddenMembers.InsteadOfValue
        : BoundedText.Of(error.Message);

    /// <summary>Only texts that are the same whatever was sent are repeated.</summary>
    private static string OfUnknownCaller(LightsailException error) => error switch
    {
        IncompleteSignatureException => "the signature is not complete or not well-formed",
        InvalidSignatureException when error.Message == SigV4Problem.Mismatch.Message => error.Message,
        InvalidSignatureException when error.Message.StartsWith("Signature expired", StringComparison.Ordinal) => "the signature is too old",
        InvalidSignatureException when error.Message.StartsWith("Signature not yet current", StringComparison.Ordinal) => "the signature is of a time to come",
        InvalidSignatureException => "the signature is not one for this request, service, region and day",
        UnknownOperationException => "there is no such operation",
        SerializationException => "the request is not well-formed",
        UnrecognizedClientException or MissingAuthenticationTokenException or ExpiredTokenException or UnauthenticatedException or ThrottlingException or MalformedHttpRequestException
            or RequestEntityTooLargeException or ServiceException => BoundedText.Of(error.Message),
        _ => "refused before the caller was known",
    };
}
