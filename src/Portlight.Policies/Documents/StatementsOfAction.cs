using System.Collections.Immutable;

namespace Portlight.Policies;

/// <summary>What a document has to say about one action, found once and remembered: the statements that deny, those that allow, and the keys that they ask for.</summary>
internal sealed class StatementsOfAction
{
    public StatementsOfAction(ImmutableArray<Statement> statements, string action, EvaluationBudget budget)
    {
        var speaking = statements.Where(statement => statement.SpeaksOf(action, budget)).ToList();
        Denies = [.. speaking.Where(statement => statement.IsDeny)];
        Allows = [.. speaking.Where(statement => !statement.IsDeny)];
        KeyNames = [.. speaking.SelectMany(statement => statement.Keys).Select(key => key.Key.Name).Distinct(StringComparer.Ordinal)];
    }

    public Statement[] Denies { get; }

    public Statement[] Allows { get; }

    /// <summary>In lower case.</summary>
    public string[] KeyNames { get; }
}
