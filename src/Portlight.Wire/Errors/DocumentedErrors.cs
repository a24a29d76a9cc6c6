using Portlight.Domain;

namespace Portlight.Wire;

// The eight shapes that the Lightsail API reference lists for its operations, with the status it gives each.

/// <summary>The caller's policies do not allow the action.</summary>
public sealed class AccessDeniedException(string message, string? detail = null)
    : LightsailException("AccessDeniedException", 400, message, detail);

/// <summary>The account exists but what it needs (keys, default key pair, addresses) is still being made.</summary>
public sealed class AccountSetupInProgressException(string message, string? detail = null)
    : LightsailException("AccountSetupInProgressException", 400, message, detail);

/// <summary>A member of the request has a value that is not allowed.</summary>
public sealed class InvalidInputException(string message, string? detail = null)
    : LightsailException("InvalidInputException", 400, message, detail)
{
    /// <summary>What the message joins, where it names several problems or the field of one; empty otherwise.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];
}

/// <summary>A thing that the request names is not there.</summary>
public sealed class NotFoundException : LightsailException
{
    public NotFoundException(string message, string? detail = null)
        : base("NotFoundException", 400, message, detail) => Code = ErrorCodes.DoesNotExist;
}

/// <summary>The request was right and carrying it out failed: the kernel or the host refused.</summary>
public sealed class OperationFailureException(string message, string? detail = null)
    : LightsailException("OperationFailureException", 400, message, detail);

/// <summary>The region is being set up.</summary>
public sealed class RegionSetupInProgressException(string message, string? detail = null)
    : LightsailException("RegionSetupInProgressException", 400, message, detail);

/// <summary>The service failed. The message says whether nothing was written or the outcome is unknown.</summary>
public sealed class ServiceException(string message, string? detail = null, Exception? cause = null)
    : LightsailException("ServiceException", 500, message, detail, cause);

/// <summary>The signature is right, but the credentials belong to no caller any more.</summary>
public sealed class UnauthenticatedException(string message, string? detail = null)
    : LightsailException("UnauthenticatedException", 400, message, detail);
