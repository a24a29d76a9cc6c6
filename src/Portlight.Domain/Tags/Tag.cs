using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>A tag. A key-only tag has no value (null), and is served without one.</summary>
public readonly record struct Tag(string Key, string? Value);

/// <summary>The tags of one resource, by key. Rules: Lightsail user guide, tags.</summary>
public static class Tags
{
    public const int MaxCount = 50;

    public const int MaxKeyLength = 128;

    public const int MaxValueLength = 256;

    public static ImmutableSortedDictionary<string, string?> None { get; } = ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal);

    /// <summary>Adds the problems of one tag as the caller wrote it.</summary>
    public static void Check(string? key, string? value, string path, ICollection<Problem> problems)
    {
        if (string.IsNullOrEmpty(key) || key.Length > MaxKeyLength || !HasAllowedCharacters(key))
        {
            problems.Add(new Problem($"{path}.key", $"must have 1 to {MaxKeyLength} letters, numbers, spaces or any of + - = . _ : / @"));
        }
        else if (key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
        {
            problems.Add(new Problem($"{path}.key", "must not begin with aws:, which is reserved"));
        }

        if (value is not null && (value.Length > MaxValueLength || !HasAllowedCharacters(value)))
        {
            problems.Add(new Problem($"{path}.value", $"must have at most {MaxValueLength} letters, numbers, spaces or any of + - = . _ : / @"));
        }
    }

    private static bool HasAllowedCharacters(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsLetterOrDigit(c) && !char.IsSurrogate(c) && !" +-=._:/@".Contains(c, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
