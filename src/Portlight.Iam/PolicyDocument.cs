using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Portlight.Iam;

/// <summary>A policy that was read, checked whole and made ready to be evaluated. Immutable and safe from any thread.</summary>
public sealed class PolicyDocument
{
    /// <summary>Reads a document. On a problem nothing is made and every problem is named with its path.</summary>
    public static bool TryParse(
        string json, PolicyKind kind, [NotNullWhen(true)] out PolicyDocument? document, out ImmutableArray<PolicyProblem> problems) => throw new NotImplementedException();

    /// <summary><c>2012-10-17</c>, or <c>2008-10-17</c>, which knows no policy variables and is what a document without a version is.</summary>
    public string Version => throw new NotImplementedException();

    public ImmutableArray<Statement> Statements => throw new NotImplementedException();
}
