namespace Portlight.Policies.Matching;

/// <summary>
/// An ARN as a policy writes it, with wildcards and variables. Each of its six parts is matched separately: a wildcard in one of the first five does not cross a
/// colon; in the last it does, because there the colon separates nothing. So it is for <c>Resource</c> and for the ARN operators alike.
/// </summary>
internal sealed class ArnPattern
{
    private readonly Template _template;
    private readonly ArnText _constant;
    private readonly bool _isAnything;
    private readonly bool _isExact;
    private readonly PartKind[] _parts = [];

    /// <summary>The parts that begin it without a wildcard, with their colons.</summary>
    private readonly string _beginning = "";
    private readonly int _begun;

    public ArnPattern(Template template)
    {
        _template = template;
        if (template.Constant is { } pattern)
        {
            _isAnything = pattern.Length == 1 && pattern[0] == Glob.Star;
            _isExact = !Glob.HasWildcards(pattern);
            _constant = new ArnText(pattern);
            _parts = _constant.IsWhole ? [.. Enumerable.Range(0, ArnText.Parts).Select(part => KindOf(_constant[part]))] : [];
            _begun = Math.Min(_parts.TakeWhile(kind => kind == PartKind.Text).Count(), ArnText.Parts - 1);
            _beginning = string.Concat(Enumerable.Range(0, _parts.Length == 0 ? 0 : _begun).Select(part => $"{_constant[part]}:"));
        }
    }

    public Template Template => _template;

    /// <summary>A lone <c>*</c> fits everything, also what is no ARN.</summary>
    public Match Fits(in ArnText arn, EvaluationContext context)
    {
        if (!context.Budget.Spend(EvaluationBudget.Value))
        {
            return Match.No;
        }

        if (_template.Constant is null)
        {
            return _template.TryResolve(context, out var pattern) ? When(arn.Fits(new ArnText(pattern), context.Budget)) : Match.Unresolved;
        }

        return When(_isAnything || (_isExact ? string.Equals(_constant.Text, arn.Text, StringComparison.Ordinal) : FitsConstant(arn, context.Budget)));
    }

    /// <summary>As <see cref="ArnText.Fits"/>, with what each part needs found out beforehand: this is the hot path of a decision.</summary>
    private bool FitsConstant(in ArnText arn, EvaluationBudget budget)
    {
        if (!arn.IsWhole || _parts.Length == 0 || !arn.Text.StartsWith(_beginning, StringComparison.Ordinal))
        {
            return false;
        }

        for (var part = ArnText.Parts - 1; part >= _begun; part--)
        {
            var fits = _parts[part] switch
            {
                PartKind.Anything => true,
                PartKind.Text => _constant[part].SequenceEqual(arn[part]),
                _ => Glob.IsMatch(_constant[part], arn[part], budget),
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
