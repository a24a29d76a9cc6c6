using Portlight.Policies.Matching;

namespace Portlight.Policies.Conditions;

/// <summary>For <c>StringEquals</c> and <c>StringLike</c>: templates, compared as text or as patterns.</summary>
internal sealed class TextValues(OperatorFamily family, IEnumerable<Template> values) : PolicyValues
{
    private readonly Template[] _templates = [.. values];
    private readonly StringComparison _comparison = family == OperatorFamily.TextIgnoringCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    public override IEnumerable<Template> Templates => _templates;

    public override Match Find(string actual, EvaluationContext context)
    {
        var result = Match.No;
        foreach (var template in _templates)
        {
            var expected = template.Constant;
            if (!context.Budget.Spend(EvaluationBudget.Value))
            {
                return Match.No;
            }

            if (expected is null && !template.TryResolve(context, out expected))
            {
                result = Match.Unresolved;
            }
            else if (family == OperatorFamily.TextPattern ? Glob.IsMatch(expected, actual, context.Budget) : string.Equals(expected, actual, _comparison))
            {
                return Match.Yes;
            }
        }

        return result;
    }
}
