using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Policies.Documents;
using Portlight.Policies.Matching;

namespace Portlight.Policies;

/// <summary>
/// The actions of a service's own namespace, all of them: a statement that names another one, or a pattern that none of them matches, says nothing and looks as if it did. It is refused
/// when it is put.
/// </summary>
/// <param name="prefix">What their names begin with, <c>portlight:</c>, in lower case.</param>
/// <param name="names">The actions as policies write them, with the prefix.</param>
public sealed class OwnActions(string prefix, IEnumerable<string> names)
{
    private readonly ImmutableArray<string> _names = [.. names];
    private readonly ImmutableArray<string> _lowered = [.. names.Select(name => name.ToLowerInvariant())];

    /// <summary>Every action in a document that there is not, found while it is read.</summary>
    public IEnumerable<PolicyProblem> ProblemsOf(PolicyDocument document)
    {
        var budget = new EvaluationBudget(EvaluationBudget.StepsOfRequest);
        return from statement in document.Statements
               from action in statement.Actions
               where action.StartsWith(prefix, StringComparison.Ordinal) && !IsThere(action, budget)
               select new PolicyProblem($"Statement[{statement.Index}]", $"`{UserText.Excerpt(action)}` is not an action: {Spelling.Instead(action, _names)}");
    }

    /// <summary>What cannot be told within the budget passes: it is a pattern as nobody writes them.</summary>
    private bool IsThere(string action, EvaluationBudget budget)
    {
        var pattern = Glob.Compile(action);
        return _lowered.Any(name => Glob.IsMatch(pattern, name, budget)) || budget.IsSpent;
    }
}
