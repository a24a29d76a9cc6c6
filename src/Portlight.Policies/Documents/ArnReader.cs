using System.Diagnostics.CodeAnalysis;
using Portlight.Policies.Matching;

namespace Portlight.Policies.Documents;

/// <summary>Reads the ARNs of <c>Resource</c> and of the ARN operators.</summary>
internal static class ArnReader
{
    private const string Form = "`arn:partition:service:region:account:resource`";

    /// <summary><c>*</c>, or an ARN whose service is named and whose variables stand after the fifth colon (IAM user guide, <c>reference_policies_elements_resource</c>).</summary>
    public static bool TryReadResource(string text, bool variables, [NotNullWhen(true)] out ArnPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = null;
        if (!Template.TryParse(text, variables, wildcards: true, out var template, out problem))
        {
            return false;
        }

        var arn = new ArnText(text);
        problem = text == "*" ? null
            : variables && FirstVariable(text) is >= 0 and var at && (!arn.IsWhole || at < text.Length - arn[5].Length) ? "holds a policy variable before the fifth colon: one can only stand in the last part"
            : !IsArn(arn) ? $"is no resource: it is `*`, or an ARN of the form {Form}"
            : arn[2].ContainsAny('*', '?') ? "has a wildcard in the service, the third part, which has to be named"
            : null;
        pattern = problem is null ? new ArnPattern(template) : null;
        return problem is null;
    }

    /// <summary><c>*</c>, or an ARN with wildcards; one with variables can only be compared when these are known.</summary>
    public static bool TryReadComparand(string text, bool variables, [NotNullWhen(true)] out ArnPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = null;
        if (!Template.TryParse(text, variables, wildcards: true, out var template, out problem))
        {
            return false;
        }

        problem = text == "*" || template.Constant is null || IsArn(new ArnText(text)) ? null : $"is no ARN: each of the six parts of {Form} is compared for itself";
        pattern = problem is null ? new ArnPattern(template) : null;
        return problem is null;
    }

    private static bool IsArn(in ArnText arn) => arn.IsWhole && arn[0] is "arn" && arn[1].Length > 0 && arn[2].Length > 0 && arn[5].Length > 0;

    private static int FirstVariable(string text) => text.IndexOf("${", StringComparison.Ordinal);
}
