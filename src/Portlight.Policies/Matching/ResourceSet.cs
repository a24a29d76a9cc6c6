namespace Portlight.Policies.Matching;

/// <summary>The <c>Resource</c> or <c>NotResource</c> of a statement.</summary>
internal sealed class ResourceSet(IEnumerable<ArnPattern> patterns, bool isNegated)
{
    private readonly ArnPattern[] _patterns = [.. patterns];

    public IEnumerable<Template> Templates => _patterns.Select(pattern => pattern.Template);

    /// <summary>
    /// A pattern whose variable has no value fits nothing. <c>NotResource</c> with such a pattern fails closed: an Allow then holds for nothing, and a
    /// Deny for everything that the other patterns do not except.
    /// </summary>
    public bool Contains(in ArnText resource, EvaluationContext context, bool isDeny)
    {
        var unresolved = false;
        foreach (var pattern in _patterns)
        {
            switch (pattern.Fits(resource, context))
            {
                case Match.Yes:
                    return !isNegated;
                case Match.Unresolved:
                    unresolved = true;
                    break;
            }
        }

        return isNegated && (isDeny || !unresolved);
    }
}
