using System.Globalization;

namespace Portlight.Domain;

/// <summary>What somebody else wrote, on its way into a message.</summary>
public static class UserText
{
    private const int Shown = 64;

    /// <summary>At most 64 characters, none of which could break out of the backticks around it or out of a line of a log.</summary>
    public static string Excerpt(string? text) => Line(text ?? "null", Shown).Replace('`', '?');

    /// <summary>One line of it, in which nothing is left that a log or a terminal takes for a command.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">The most characters of it.</param>
    public static string Line(string text, int longest)
    {
        var shown = text.Length > longest ? $"{text[..longest]}…" : text;
        return string.Create(shown.Length, shown, static (span, s) =>
        {
            for (var i = 0; i < s.Length; i++)
            {
                span[i] = IsHarmless(s[i]) ? s[i] : '?';
            }
        });
    }

    /// <summary>Not what moves the cursor, ends the line, or (U+202E and its like) makes a text read otherwise than it is.</summary>
    private static bool IsHarmless(char character) => char.GetUnicodeCategory(character) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
