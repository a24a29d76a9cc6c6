namespace Portlight.Policies.Matching;

/// <summary>The <c>Action</c> or <c>NotAction</c> of a statement. Letter case does not count.</summary>
internal sealed class ActionSet(IEnumerable<string> patterns, bool isNegated)
{
    private readonly string[] _patterns = [.. patterns.Select(pattern => Glob.Compile(pattern.ToLowerInvariant()))];

    /// <summary>The patterns as they were written, in lower case.</summary>
    public IEnumerable<string> Texts => _patterns.Select(Glob.Text);

    /// <param name="action">In lower case.</param>
    /// <param name="budget">What pays for it.</param>
    public bool Contains(string action, EvaluationBudget budget)
    {
        foreach (var pattern in _patterns)
        {
            if (budget.Spend(EvaluationBudget.Value) && Glob.IsMatch(pattern, action, budget))
            {
                return !isNegated;
            }
        }

        return isNegated;
    }
}
