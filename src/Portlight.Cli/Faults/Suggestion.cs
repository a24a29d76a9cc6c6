namespace Portlight.Cli;

/// <summary>The word that somebody may have meant.</summary>
internal static class Suggestion
{
    /// <summary><c>; did you mean `status`?</c>, or nothing when no candidate is near.</summary>
    public static string For(string word, IEnumerable<string> candidates) => Nearest(word, candidates) is { } near ? $"; did you mean `{near}`?" : "";

    /// <summary>The candidate with the fewest slips, and at most one for every three letters (two for a short word's swapped letters); null when none is that near.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        var (best, least) = ((string?)null, int.MaxValue);
        foreach (var candidate in candidates.Order(StringComparer.Ordinal))
        {
            var slips = candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase) && word.Length >= 2 ? 1 : Slips(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (slips < least)
            {
                (best, least) = (candidate, slips);
            }
        }

        return least <= Math.Max(1, Math.Min(word.Length, best!.Length) / 3) ? best : null;
    }

    /// <summary>Letters to insert, delete, replace or swap with their neighbour, to make one word of the other (optimal string alignment).</summary>
    private static int Slips(string left, string right)
    {
        var costs = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    costs[i, j] = i + j;
                    continue;
                }

                var replace = costs[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                costs[i, j] = Math.Min(replace, Math.Min(costs[i - 1, j], costs[i, j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    costs[i, j] = Math.Min(costs[i, j], costs[i - 2, j - 2] + 1);
                }
            }
        }

        return costs[left.Length, right.Length];
    }
}
