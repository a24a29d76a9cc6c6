namespace Portlight.Wire;

/// <summary>
/// An error of the IAM or STS API (IAM and STS API references; codes and statuses as in its service model). The code stands in <c>Code</c> of the XML body, so it is the type here.
/// </summary>
public sealed class IamException : LightsailException
{
    private IamException(string code, int status, string message)
        : base(code, status, message)
    {
    }

    /// <summary>A parameter is missing or has not the form that the service model asks for.</summary>
    public static IamException Validation(string message) => new("ValidationError", 400, message);

    /// <summary>A parameter has a value that is not allowed.</summary>
    public static IamException InvalidInput(string message) => new("InvalidInput", 400, message);

    /// <summary>A thing that the request names is not there.</summary>
    public static IamException NoSuchEntity(string message) => new("NoSuchEntity", 404, message);

    public static IamException EntityAlreadyExists(string message) => new("EntityAlreadyExists", 409, message);

    /// <summary>It cannot be deleted while something else hangs on it.</summary>
    public static IamException DeleteConflict(string message) => new("DeleteConflict", 409, message);

    /// <summary>A quota.</summary>
    public static IamException LimitExceeded(string message) => new("LimitExceeded", 409, message);

    /// <summary>A policy that cannot be read, or cannot be evaluated without guessing.</summary>
    public static IamException MalformedPolicyDocument(string message) => new("MalformedPolicyDocument", 400, message);

    /// <summary>What must stay as it is.</summary>
    public static IamException UnmodifiableEntity(string message) => new("UnmodifiableEntity", 400, message);

    /// <summary>A parameter does not go together with another one.</summary>
    public static IamException InvalidParameterValue(string message) => new("InvalidParameterValue", 400, message);

    /// <summary>Session policies and tags do not fit into a session token.</summary>
    public static IamException PackedPolicyTooLarge(string message) => new("PackedPolicyTooLarge", 400, message);
}
