using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Portlight.Domain;

/// <summary>The tags of one resource, by key. Rules: Lightsail user guide, tags.</summary>
public static class Tags
{
    public const int MaxCount = 50;

    public const int MaxKeyLength = 128;

    public const int MaxValueLength = 256;

    public static ImmutableSortedDictionary<string, string?> None { get; } = ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal);

    /// <summary>
    /// <paramref name="existing"/> with what a request adds: a key that is there gets the new value. Every problem is collected; with one, the result is
    /// <paramref name="existing"/>.
    /// </summary>
    /// <param name="existing">What the resource has.</param>
    /// <param name="added">The list as the caller wrote it; an entry is null where the list holds a null.</param>
    /// <param name="path">Where the list stands in the request, `tags`.</param>
    /// <param name="problems">Where problems go.</param>
    public static ImmutableSortedDictionary<string, string?> Add(
        ImmutableSortedDictionary<string, string?> existing, IReadOnlyList<(string? Key, string? Value)?> added, string path, ICollection<Problem> problems)
    {
        var before = problems.Count;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < added.Count; i++)
        {
            if (added[i] is not { } tag)
            {
                problems.Add(new Problem($"{path}[{i}]", "is null; a tag with a key is wanted"));
                continue;
            }

            Check(tag.Key, tag.Value, $"{path}[{i}]", problems);
            if (tag.Key is not null && !seen.Add(tag.Key))
            {
                problems.Add(new Problem($"{path}[{i}].key", $"`{UserText.Excerpt(tag.Key)}` is named twice; each key may be named once"));
            }
        }

        if (problems.Count > before)
        {
            return existing;
        }

        var result = existing.SetItems(added.Select(tag => KeyValuePair.Create(tag!.Value.Key!, tag.Value.Value)));
        if (result.Count > MaxCount)
        {
            problems.Add(new Problem(path, $"would give the resource {result.Count} tags; at most {MaxCount} are allowed"));
            return existing;
        }

        return result;
    }

    /// <summary>Adds the problems of one tag as the caller wrote it.</summary>
    public static void Check(string? key, string? value, string path, ICollection<Problem> problems)
    {
        if (string.IsNullOrEmpty(key) || !IsText(key, MaxKeyLength))
        {
            problems.Add(new Problem($"{path}.key", $"`{UserText.Excerpt(key)}` must have 1 to {MaxKeyLength} letters, numbers, spaces or any of + - = . _ : / @"));
        }
        else if (key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
        {
            problems.Add(new Problem($"{path}.key", $"`{UserText.Excerpt(key)}` must not begin with aws:, which is reserved"));
        }

        if (value is not null && !IsText(value, MaxValueLength))
        {
            problems.Add(new Problem($"{path}.value", $"`{UserText.Excerpt(value)}` must have at most {MaxValueLength} letters, numbers, spaces or any of + - = . _ : / @"));
        }
    }

    /// <summary>Lengths are in Unicode characters, not UTF-16 units. Half a surrogate pair is not a character.</summary>
    private static bool IsText(string text, int maxLength)
    {
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            length++;
            if (rune == Rune.ReplacementChar || !IsAllowed(rune))
            {
                return false;
            }
        }

        return length <= maxLength;
    }

    private static bool IsAllowed(Rune rune) =>
        (rune.IsAscii && " +-=._:/@".Contains((char)rune.Value, StringComparison.Ordinal))
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber
            or UnicodeCategory.OtherNumber or UnicodeCategory.SpaceSeparator;
}
