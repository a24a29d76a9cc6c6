using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Portlight.Policies.Documents;

namespace Portlight.Policies;

/// <summary>A policy that was read, checked whole and made ready to be evaluated. Immutable and safe from any thread.</summary>
public sealed class PolicyDocument
{
    /// <summary>More than there are operations. Beyond it nothing new is remembered: the answer is the same, only slower.</summary>
    private const int MostActions = 512;

    private readonly ConcurrentDictionary<string, StatementsOfAction> _byAction = new(StringComparer.Ordinal);

    internal PolicyDocument(string version, ImmutableArray<Statement> statements)
    {
        Version = version;
        Statements = statements;
    }

    /// <summary>Reads a document. On a problem nothing is made and every problem is named with its path (of very many, the first hundred).</summary>
    public static bool TryParse(
        string json, PolicyKind kind, [NotNullWhen(true)] out PolicyDocument? document, out ImmutableArray<PolicyProblem> problems)
    {
        (document, problems) = PolicyReader.Read(json, kind);
        return document is not null;
    }

    /// <summary><c>2012-10-17</c>, or <c>2008-10-17</c>, which knows no policy variables and is what a document without a version is.</summary>
    public string Version { get; }

    public ImmutableArray<Statement> Statements { get; }

    /// <summary>The users, roles and sessions that a trust policy names; nobody in another policy.</summary>
    public IEnumerable<TrustedPrincipal> TrustedPrincipals => Statements.SelectMany(statement => statement.Principals?.Named ?? []);

    /// <summary>The statements that speak of an action, whatever its letter case. Remembered, so for actions that there are: not for those of a simulation.</summary>
    internal StatementsOfAction About(string action, EvaluationBudget budget)
    {
        if (_byAction.TryGetValue(action, out var known))
        {
            return known;
        }

        var found = new StatementsOfAction(Statements, action.ToLowerInvariant(), budget);
        if (!budget.IsSpent && _byAction.Count < MostActions)
        {
            _byAction.TryAdd(action, found);
        }

        return found;
    }
}
