using Portlight.Policies.Matching;

namespace Portlight.Policies.Conditions;

/// <summary>For the ARN operators. A value of the request that is no ARN of six parts matches nothing.</summary>
internal sealed class ArnValues(IEnumerable<ArnPattern> values) : PolicyValues
{
    private readonly ArnPattern[] _patterns = [.. values];

    public override IEnumerable<Template> Templates => _patterns.Select(pattern => pattern.Template);

    public override Match Find(string actual, EvaluationContext context)
    {
        var arn = new ArnText(actual);
        var result = Match.No;
        foreach (var pattern in _patterns)
        {
            switch (pattern.Fits(arn, context))
            {
                case Match.Yes:
                    return Match.Yes;
                case Match.Unresolved:
                    result = Match.Unresolved;
                    break;
            }
        }

        return result;
    }
}
