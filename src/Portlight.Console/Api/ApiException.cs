namespace Portlight.Console.Api;

/// <summary>A call of the API that has failed, in words for the person that asked for it.</summary>
/// <param name="kind">What follows from it.</param>
/// <param name="message">The server's own words where it has answered.</param>
internal sealed class ApiException(ApiFault kind, string message) : Exception(message)
{
    public ApiFault Kind { get; } = kind;
}

/// <summary>What follows from a failed call.</summary>
internal enum ApiFault
{
    /// <summary>The request was refused: the message says why.</summary>
    Refused,

    /// <summary>A policy forbids it.</summary>
    Denied,

    /// <summary>What was to be changed has changed meanwhile.</summary>
    Changed,

    /// <summary>The credentials are not good any more.</summary>
    SignedOut,

    /// <summary>The server was not reached, did not answer in time, or could not serve: the same call may succeed later.</summary>
    Unreachable,
}
