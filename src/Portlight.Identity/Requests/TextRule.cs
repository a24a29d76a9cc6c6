using System.Text.RegularExpressions;

namespace Portlight.Identity;

/// <summary>What IAM's service model asks of a text: its length and a pattern, which refusals quote.</summary>
/// <param name="Min">Fewest characters.</param>
/// <param name="Max">Most characters.</param>
/// <param name="Words">The pattern as the service model writes it.</param>
/// <param name="Pattern">The same, for the whole text.</param>
internal sealed record TextRule(int Min, int Max, string? Words = null, Regex? Pattern = null)
{
    /// <summary>Why a text is refused, in the service's words; null when it is not.</summary>
    public string? Refusal(string text)
    {
        if (text.Length < Min)
        {
            return $"Member must have length greater than or equal to {Min}";
        }

        if (text.Length > Max)
        {
            return $"Member must have length less than or equal to {Max}";
        }

        return Pattern is null || Pattern.IsMatch(text) ? null : $"Member must satisfy regular expression pattern: {Words}";
    }
}
