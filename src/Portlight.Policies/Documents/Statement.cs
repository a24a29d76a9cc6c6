using Portlight.Policies.Conditions;
using Portlight.Policies.Documents;
using Portlight.Policies.Matching;

namespace Portlight.Policies;

/// <summary>One statement of a document.</summary>
public sealed class Statement
{
    private readonly StatementParts _parts;

    internal Statement(StatementParts parts, int index, TextPosition start, TextPosition end)
    {
        _parts = parts;
        Index = index;
        Start = start;
        End = end;
    }

    /// <summary>Its name in the document; null when it has none.</summary>
    public string? Sid => _parts.Sid;

    public bool IsDeny => _parts.IsDeny;

    /// <summary>Its place in the document, from 0.</summary>
    public int Index { get; }

    /// <summary>Where its text begins and ends (the place after its last character), lines and columns from 1.</summary>
    public TextPosition Start { get; }

    public TextPosition End { get; }

    internal Condition[] Conditions => _parts.Conditions;

    /// <summary>What it says in <c>Action</c> or <c>NotAction</c>, in lower case.</summary>
    internal IEnumerable<string> Actions => _parts.Actions.Texts;

    internal ResourceSet? Resources => _parts.Resources;

    internal PrincipalSet? Principals => _parts.Principals;

    /// <summary>The keys that it asks for, in its resources' variables, its conditions and their variables; with each, whether a default stands in for it.</summary>
    internal IEnumerable<(ConditionKey Key, bool HasDefault)> Keys =>
        (_parts.Resources?.Templates ?? []).SelectMany(template => template.Variables)
            .Concat(_parts.Conditions.SelectMany(condition => condition.Templates.SelectMany(template => template.Variables).Prepend((condition.Key, false))));

    /// <summary>How messages name it: the Sid, or <c>statement 2</c>, counted from 1.</summary>
    public override string ToString() => Sid ?? $"statement {Index + 1}";

    /// <param name="action">In lower case.</param>
    /// <param name="budget">What pays for it.</param>
    internal bool SpeaksOf(string action, EvaluationBudget budget) => _parts.Actions.Contains(action, budget);

    /// <summary>Whether the rest of it, besides the action, holds for a request.</summary>
    internal bool Holds(in ArnText resource, EvaluationContext context) =>
        context.Budget.Spend(EvaluationBudget.Statement) && (_parts.Resources is null || _parts.Resources.Contains(resource, context, IsDeny)) && ConditionsHold(context);

    internal bool ConditionsHold(EvaluationContext context)
    {
        foreach (var condition in _parts.Conditions)
        {
            if (!condition.Holds(context, IsDeny))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A place in a document's text, from 1.</summary>
public readonly record struct TextPosition(int Line, int Column);
