namespace Portlight.Wire;

/// <summary>
/// What the edge throws and one place catches: an error of the API with the words for the caller (<see cref="Exception.Message"/>,
/// <see cref="Docs"/>, <see cref="Tip"/>) and, apart from them, the words for the log (<see cref="Detail"/>), which are never sent.
/// </summary>
/// <param name="type">The shape's name, sent as <c>__type</c> and in the header <c>x-amzn-errortype</c>.</param>
/// <param name="status">The HTTP status the API reference gives this shape.</param>
/// <param name="message">Public.</param>
/// <param name="detail">For the log alone.</param>
/// <param name="cause">For the log alone.</param>
public abstract class LightsailException(string type, int status, string message, string? detail = null, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>The shape's name, such as <c>InvalidInputException</c>.</summary>
    public string Type { get; } = type;

    public int HttpStatus { get; } = status;

    /// <summary>
    /// The finer code: one of <see cref="ErrorCodes"/>, or the type's own name where there is none, because SDKs that read
    /// <c>code</c> before <c>__type</c> (Go, JavaScript) then still find the right shape.
    /// </summary>
    public string Code { get; init; } = type;

    /// <summary>Where to read more, for the caller.</summary>
    public string? Docs { get; init; }

    /// <summary>What to do about it, for the caller.</summary>
    public string? Tip { get; init; }

    /// <summary>What an operator should know and a caller must not.</summary>
    public string? Detail { get; } = detail;
}
