namespace Portlight.Policies.Matching;

/// <summary>
/// An ARN as a policy writes it, with wildcards and variables. Each of its six parts is matched separately: a wildcard in one of the first five does not cross a
/// colon; in the last it does, because there the colon separates nothing. So it is for <c>Resource</c> and for the ARN operators alike.
/// </summary>
internal sealed class ArnPattern
{
    private readonly Template template;
    private readonly ArnText constant;
    private readonly bool isAnything;
    private readonly bool isExact;
    private readonly PartKind[] parts = [];

    /// <summary>The parts that begin it without a wildcard, with their colons.</summary>
    private readonly string beginning = "";
    private readonly int begun;

    public ArnPattern(Template template)
    {
        this.template = template;
        if (template.Constant is { } pattern)
        {
            isAnything = pattern.Length == 1 && pattern[0] == Glob.Star;
            isExact = !Glob.HasWildcards(pattern);
            constant = new ArnText(pattern);
            parts = constant.IsWhole ? [.. Enumerable.Range(0, ArnText.Parts).Select(part => KindOf(constant[part]))] : [];
            begun = Math.Min(parts.TakeWhile(kind => kind == PartKind.Text).Count(), ArnText.Parts - 1);
            beginning = string.Concat(Enumerable.Range(0, parts.Length == 0 ? 0 : begun).Select(part => $"{constant[part]}:"));
        }
    }

    public Template Template => template;

    /// <summary>A lone <c>*</c> fits everything, also what is no ARN.</summary>
    public Match Fits(in ArnText arn, EvaluationContext context)
    {
        if (!context.Budget.Spend(EvaluationBudget.Value))
        {
            return Match.No;
        }

        if (template.Constant is null)
        {
            return template.TryResolve(context, out var pattern) ? When(arn.Fits(new ArnText(pattern), context.Budget)) : Match.Unresolved;
        }

        return When(isAnything || (isExact ? string.Equals(constant.Text, arn.Text, StringComparison.Ordinal) : FitsConstant(arn, context.Budget)));
    }

    /// <summary>As <see cref="ArnText.Fits"/>, with what each part needs found out beforehand: this is the hot path of a decision.</summary>
    private bool FitsConstant(in ArnText arn, EvaluationBudget budget)
    {
        if (!arn.IsWhole || parts.Length == 0 || !arn.Text.StartsWith(beginning, StringComparison.Ordinal))
        {
            return false;
        }

        for (var part = ArnText.Parts - 1; part >= begun; part--)
        {
            var fits = parts[part] switch
            {
                PartKind.Anything => true,
                PartKind.Text => constant[part].SequenceEqual(arn[part]),
                _ => Glob.IsMatch(constant[part], arn[part], budget),
            };
            if (!fits)
            {
                return false;
            }
        }

        return true;
    }

    private static PartKind KindOf(ReadOnlySpan<char> pattern) =>
        pattern.Length == 1 && pattern[0] == Glob.Star ? PartKind.Anything : Glob.HasWildcards(pattern) ? PartKind.Pattern : PartKind.Text;

    private static Match When(bool fits) => fits ? Match.Yes : Match.No;

    private enum PartKind
    {
        Text,
        Anything,
        Pattern,
    }
}
