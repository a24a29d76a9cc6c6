namespace Portlight.Domain;

/// <summary>What a caller wrote, on its way into a message.</summary>
public static class UserText
{
    private const int Shown = 64;

    /// <summary>At most 64 characters, none of which could break out of the backticks around it or out of a line of a log.</summary>
    public static string Excerpt(string? text)
    {
        var shown = text is null ? "null" : text.Length > Shown ? $"{text[..Shown]}…" : text;
        return string.Create(shown.Length, shown, static (span, s) =>
        {
            for (var i = 0; i < s.Length; i++)
            {
                span[i] = char.IsControl(s[i]) || char.IsSurrogate(s[i]) || s[i] is '`' or '\u2028' or '\u2029' ? '?' : s[i];
            }
        });
    }
}
