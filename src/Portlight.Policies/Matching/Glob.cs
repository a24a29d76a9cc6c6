namespace Portlight.Policies.Matching;

/// <summary>
/// Patterns with <c>*</c> and <c>?</c>. In a compiled pattern the wildcards are two noncharacters, so that the same text can hold a star that means a star:
/// <c>${*}</c>, or what a policy variable put in. The steps are at most the pattern's length times the text's, whatever a pattern looks like: only
/// the last star is ever tried again. They are paid from a budget; when it is spent, nothing matches.
/// </summary>
internal static class Glob
{
    /// <summary>Any number of characters.</summary>
    public const char Star = '\uFFFE';

    /// <summary>One character; a surrogate pair is one.</summary>
    public const char One = '\uFFFF';

    /// <summary>The pattern that a policy's text is when its stars and question marks are wildcards.</summary>
    public static string Compile(string text) => text.Replace('*', Star).Replace('?', One);

    /// <summary>A compiled pattern as people write it.</summary>
    public static string Text(string pattern) => pattern.Replace(Star, '*').Replace(One, '?');

    /// <summary>False for the two noncharacters that stand for wildcards, which no text has any use for.</summary>
    public static bool IsText(ReadOnlySpan<char> text) => !text.ContainsAny(Star, One);

    public static bool HasWildcards(ReadOnlySpan<char> pattern) => pattern.ContainsAny(Star, One);

    public static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text, EvaluationBudget budget)
    {
        if (pattern.Length == 1 && pattern[0] == Star)
        {
            return true;
        }

        var fixedPart = pattern.IndexOfAny(Star, One);
        if (fixedPart < 0)
        {
            return pattern.SequenceEqual(text);
        }

        return text.StartsWith(pattern[..fixedPart]) && IsMatchFromWildcard(pattern[fixedPart..], text[fixedPart..], budget);
    }

    private static bool IsMatchFromWildcard(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text, EvaluationBudget budget)
    {
        int p = 0, t = 0, star = -1, starText = 0;
        long steps = 0, most = budget.Left;
        while (t < text.Length)
        {
            if (++steps > most)
            {
                budget.Spend(steps);
                return false;
            }

            if (p < pattern.Length && pattern[p] == Star)
            {
                star = p++;
                starText = t;
            }
            else if (p < pattern.Length && pattern[p] == One)
            {
                p++;
                t += CharacterLength(text, t);
            }
            else if (p < pattern.Length && pattern[p] == text[t])
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                // INVARIANT: what came before the last star matches as early as it can, so no earlier star need be tried again.
                starText += CharacterLength(text, starText);
                t = starText;
                p = star + 1;
            }
            else
            {
                budget.Spend(steps);
                return false;
            }
        }

        budget.Spend(steps);
        return pattern[p..].IndexOfAnyExcept(Star) < 0;
    }

    private static int CharacterLength(ReadOnlySpan<char> text, int index) =>
        char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]) ? 2 : 1;
}
