namespace Portlight.Domain;

/// <summary>
/// Names of instances, static IPs and key pairs: one namespace in each region. The model's pattern is <c>\w[\w\-]*\w</c>; the service's own error text
/// allows <c>.</c> too, and CloudFormation bounds the length at 254. ASCII only, so that a name is the same text in every place that shows it.
/// </summary>
public static class ResourceName
{
    public const int MaxLength = 254;

    public static bool IsValid(string? name)
    {
        if (name is null || name.Length is < 2 or > MaxLength || !IsWord(name[0]) || !IsWord(name[^1]))
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!IsWord(c) && c is not ('-' or '.'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The service's own words (terraform-provider-aws PR 8647 quotes them).</summary>
    public static string Refusal(string? name) =>
        $"{UserText.Excerpt(name)} is not a valid resource name. Resource names must be at least 2 characters long and contain only alphanumerics, -, _, and .";

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
