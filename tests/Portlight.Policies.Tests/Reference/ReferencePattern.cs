using System.Text;

namespace Portlight.Policies.Tests.Reference;

/// <summary>
/// A value of a policy, character by character: <c>reference_policies_variables</c> and <c>reference_policies_elements_resource</c>. Matched by plain recursion.
/// </summary>
internal sealed class ReferencePattern
{
    private const int AnyRun = -1;
    private const int AnyOne = -2;

    private readonly List<int> _tokens = [];

    private ReferencePattern()
    {
    }

    /// <summary>A variable has no value, or several, and nothing stands in for it.</summary>
    public bool IsUnresolved { get; private set; }

    /// <param name="text">As the policy has it.</param>
    /// <param name="wildcards">Whether stars and question marks are wildcards.</param>
    /// <param name="variables">Where variables get their values; null in a document that knows none.</param>
    public static ReferencePattern Of(string text, bool wildcards, Context? variables = null)
    {
        var pattern = new ReferencePattern();
        while (text.Length > 0)
        {
            if (variables is not null && text.StartsWith("${", StringComparison.Ordinal))
            {
                // No default of these tests holds a brace.
                var end = text.IndexOf('}', StringComparison.Ordinal);
                pattern.AddVariable(text[2..end], variables);
                text = text[(end + 1)..];
                continue;
            }

            var rune = Rune.GetRuneAt(text, 0);
            pattern._tokens.Add(wildcards && rune.Value == '*' ? AnyRun : wildcards && rune.Value == '?' ? AnyOne : rune.Value);
            text = text[rune.Utf16SequenceLength..];
        }

        return pattern;
    }

    public bool Matches(string text) => !IsUnresolved && Match(_tokens, [.. text.EnumerateRunes()]);

    public bool Equals(string text, bool ignoringCase) =>
        !IsUnresolved && string.Equals(string.Concat(_tokens.Select(token => new Rune(token).ToString())), text, ignoringCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    /// <summary>"Each of the six colon-delimited components of the ARN is checked separately"; the sixth is all that follows the fifth colon.</summary>
    public bool MatchesArn(string arn)
    {
        var parts = arn.Split(':', 6);
        if (IsUnresolved || parts.Length < 6)
        {
            return false;
        }

        var rest = _tokens;
        for (var part = 0; part < 5; part++)
        {
            var colon = rest.IndexOf(':');
            if (colon < 0 || !Match(rest[..colon], [.. parts[part].EnumerateRunes()]))
            {
                return false;
            }

            rest = rest[(colon + 1)..];
        }

        return Match(rest, [.. parts[5].EnumerateRunes()]);
    }

    private void AddVariable(string inside, Context variables)
    {
        if (inside is "*" or "?" or "$")
        {
            _tokens.Add(inside[0]);
            return;
        }

        var comma = inside.IndexOf(',', StringComparison.Ordinal);
        var key = comma < 0 ? inside : inside[..comma];
        var value = comma < 0 ? null : inside[(comma + 1)..].Trim(' ').Trim('\'');
        if (variables.Values.TryGetValue(key, out var values))
        {
            value = values.IsMultivalued ? null : values[0];
        }

        IsUnresolved |= value is null;
        _tokens.AddRange((value ?? "").EnumerateRunes().Select(rune => rune.Value));
    }

    private static bool Match(List<int> pattern, List<Rune> text)
    {
        if (pattern.Count == 0)
        {
            return text.Count == 0;
        }

        if (pattern[0] == AnyRun)
        {
            return Enumerable.Range(0, text.Count + 1).Any(skipped => Match(pattern[1..], text[skipped..]));
        }

        return text.Count > 0 && (pattern[0] == AnyOne || pattern[0] == text[0].Value) && Match(pattern[1..], text[1..]);
    }
}
