using System.Net;

namespace Portlight.Wire.Client;

/// <summary>An error answer of the API, as the client sees it.</summary>
public sealed class AwsErrorException(string type, string? code, string message, HttpStatusCode status, string? requestId)
    : Exception(message)
{
    /// <summary>The shape's name, such as <c>NotFoundException</c>; <c>UnknownError</c> when something else than the API answered.</summary>
    public string Type { get; } = type;

    /// <summary>The finer code, such as <c>DoesNotExist</c>.</summary>
    public string? Code { get; } = code;

    public HttpStatusCode Status { get; } = status;

    /// <summary>The id under which the server's log knows this request.</summary>
    public string? RequestId { get; } = requestId;
}
