using System.Collections.Immutable;
using Portlight.Api;
using Portlight.Policies;
using Portlight.Wire;

namespace Portlight.Identity;

/// <summary>Policy documents on their way in and out.</summary>
internal static class Documents
{
    /// <summary>Refuses a document that could not be evaluated, or that asks for a condition key of ours that there is not, with the place and the reason of every problem.</summary>
    /// <exception cref="IamException">MalformedPolicyDocument.</exception>
    public static PolicyDocument RequireReadable(string document, PolicyKind kind = PolicyKind.Identity) =>
        ProblemsOf(document, kind, out var read) is { IsEmpty: false } problems ? throw IamException.MalformedPolicyDocument(string.Join("; ", problems)) : read!;

    /// <summary>What of a document could not be evaluated, or asks for a condition key of ours that there is not.</summary>
    public static ImmutableArray<PolicyProblem> ProblemsOf(string document, PolicyKind kind, out PolicyDocument? read) =>
        PolicyDocument.TryParse(document, kind, out read, out var problems) ? PortKeys.Own.ProblemsOf(read) : problems;

    /// <summary>As answers carry it: percent-encoded (RFC 3986).</summary>
    public static string ForAnswer(string document) => Uri.EscapeDataString(document);
}
