namespace Portlight.Wire;

// Errors that come before any operation runs: signatures, framing, rates. Statuses are those of AWS's JSON 1.1 front ends
// (400 throughout, as recorded from Kinesis) where these are known, and of the common errors page where they are not.

/// <summary>Parts of the signature are missing or malformed.</summary>
public sealed class IncompleteSignatureException(string message, string? detail = null)
    : LightsailException("IncompleteSignatureException", 400, message, detail);

/// <summary>The signature is not the one that this request and key give, or not one for now and here.</summary>
public sealed class InvalidSignatureException(string message, string? detail = null)
    : LightsailException("InvalidSignatureException", 400, message, detail);

/// <summary>The access key id or the session token is unknown.</summary>
public sealed class UnrecognizedClientException(string message, string? detail = null)
    : LightsailException("UnrecognizedClientException", 400, message, detail)
{
    /// <summary>AWS's words for an access key id that nobody has.</summary>
    public const string UnknownKey = "The security token included in the request is invalid.";
}

/// <summary>The request is not signed at all.</summary>
public sealed class MissingAuthenticationTokenException(string message, string? detail = null)
    : LightsailException("MissingAuthenticationTokenException", 400, message, detail);

/// <summary>The session token's time is over.</summary>
public sealed class ExpiredTokenException(string message, string? detail = null)
    : LightsailException("ExpiredTokenException", 400, message, detail);

/// <summary>Too many requests from one key; clients wait and try again.</summary>
public sealed class ThrottlingException(string message = "Rate exceeded", string? detail = null)
    : LightsailException("ThrottlingException", 400, message, detail)
{
    /// <summary>What the header <c>Retry-After</c> says, in whole seconds rounded up.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>The body is not the JSON that the operation takes.</summary>
public sealed class SerializationException(string message, string? detail = null)
    : LightsailException("SerializationException", 400, message, detail);

/// <summary>No such operation in the service model.</summary>
public sealed class UnknownOperationException(string message, string? detail = null)
    : LightsailException("UnknownOperationException", 400, message, detail);

/// <summary>The HTTP message itself is at fault: cut short, too slow, wrong framing.</summary>
public sealed class MalformedHttpRequestException(string message, string? detail = null)
    : LightsailException("MalformedHttpRequestException", 400, message, detail);

/// <summary>The body is larger than the server reads.</summary>
public sealed class RequestEntityTooLargeException(string message, string? detail = null)
    : LightsailException("RequestEntityTooLargeException", 413, message, detail);

/// <summary>A compare-and-set header names a state that is no longer the current one; nothing was written. Not of AWS.</summary>
public sealed class PreconditionFailedException(string message, string? detail = null)
    : LightsailException("PreconditionFailedException", 412, message, detail);

/// <summary>The server is starting, stopping or full; nothing was written.</summary>
public sealed class ServiceUnavailableException(string message, string? detail = null)
    : LightsailException("ServiceUnavailableException", 503, message, detail);
