namespace Portlight.Iam;

/// <summary>
/// The name of a condition key as a policy writes it, taken apart. Names do not distinguish case; neither do tag keys in them
/// (IAM user guide, condition keys).
/// </summary>
public sealed record ConditionKey
{
    public ConditionKey(string text)
    {
        Text = text;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        Name = string.Intern((slash < 0 ? text : text[..slash]).ToLowerInvariant());
        Part = slash < 0 ? null : text[(slash + 1)..];
    }

    /// <summary>As it was written: <c>aws:ResourceTag/team</c>.</summary>
    public string Text { get; }

    /// <summary>Before the slash, in lower case: <c>aws:resourcetag</c>.</summary>
    public string Name { get; }

    /// <summary>After the slash, as it was written: <c>team</c>; null when there is none.</summary>
    public string? Part { get; }
}
