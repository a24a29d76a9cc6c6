namespace Portlight.Iam.Matching;

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

    public ArnPattern(Template template)
    {
        this.template = template;
        if (template.Constant is { } pattern)
        {
            isAnything = pattern.Length == 1 && pattern[0] == Glob.Star;
            isExact = !Glob.HasWildcards(pattern);
            constant = new ArnText(pattern);
        }
    }

    public Template Template => template;

    /// <summary>A lone <c>*</c> fits everything, also what is no ARN.</summary>
    public Match Fits(in ArnText arn, IRequestContext context)
    {
        if (template.Constant is null)
        {
            return template.TryResolve(context, out var pattern) ? When(arn.Fits(new ArnText(pattern))) : Match.Unresolved;
        }

        return When(isAnything || (isExact ? string.Equals(constant.Text, arn.Text, StringComparison.Ordinal) : arn.Fits(constant)));
    }

    private static Match When(bool fits) => fits ? Match.Yes : Match.No;
}
