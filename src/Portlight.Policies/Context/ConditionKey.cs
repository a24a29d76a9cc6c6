using System.Xml;

namespace Portlight.Policies;

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
        Name = (slash < 0 ? text : text[..slash]).ToLowerInvariant();
        Part = slash < 0 ? null : text[(slash + 1)..];
    }

    /// <summary>As it was written: <c>aws:ResourceTag/team</c>.</summary>
    public string Text { get; }

    /// <summary>Before the slash, in lower case: <c>aws:resourcetag</c>.</summary>
    public string Name { get; }

    /// <summary>After the slash, as it was written: <c>team</c>; null when there is none.</summary>
    public string? Part { get; }

    /// <summary>Null when the text can name a key; else what is wrong with it, in words that follow the text in a sentence.</summary>
    internal static string? Problem(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || colon == text.Length - 1 || text[colon + 1] == '/')
        {
            return "is no condition key: it is written `service:key` or `service:key/tag`";
        }

        return text.Any(char.IsControl) ? "holds a control character"
            : text.Any(character => !XmlConvert.IsXmlChar(character) && !char.IsSurrogate(character)) ? "holds U+FFFE or U+FFFF, which no answer of IAM could show"
            : null;
    }
}
