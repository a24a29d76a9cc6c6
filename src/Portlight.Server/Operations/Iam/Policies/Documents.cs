using Portlight.Iam;
using Portlight.Wire;

namespace Portlight.Server.Operations.Iam;

/// <summary>Policy documents on their way in and out.</summary>
internal static class Documents
{
    /// <summary>Refuses a document that could not be evaluated, with the path and the reason of every problem.</summary>
    /// <exception cref="IamException">MalformedPolicyDocument.</exception>
    public static PolicyDocument RequireReadable(string document, PolicyKind kind = PolicyKind.Identity) =>
        PolicyDocument.TryParse(document, kind, out var read, out var problems)
            ? read
            : throw IamException.MalformedPolicyDocument(string.Join("; ", problems));

    /// <summary>As answers carry it: percent-encoded (RFC 3986).</summary>
    public static string ForAnswer(string document) => Uri.EscapeDataString(document);
}
