namespace Portlight.Policies.Documents;

/// <summary>The name that somebody may have meant by one that there is not.</summary>
internal static class Spelling
{
    private const int Near = 3;

    /// <summary><c>did you mean `…`?</c> for the nearest name, or all of them where none is near.</summary>
    public static string Instead(string text, IReadOnlyCollection<string> names)
    {
        var nearest = names.Order(StringComparer.Ordinal).MinBy(name => Distance(name.ToLowerInvariant(), text.ToLowerInvariant()))!;
        return Distance(nearest.ToLowerInvariant(), text.ToLowerInvariant()) <= Near
            ? $"did you mean `{nearest}`?"
            : $"there are {string.Join(", ", names.Order(StringComparer.Ordinal).Select(name => $"`{name}`"))}";
    }

    /// <summary>Characters to add, leave out or replace to make one text of the other (Levenshtein).</summary>
    private static int Distance(string one, string other)
    {
        if (Math.Abs(one.Length - other.Length) > Near)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var replaced = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
