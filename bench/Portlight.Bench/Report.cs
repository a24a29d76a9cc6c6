namespace Portlight.Bench;

/// <summary>Medians and ratios, and whether a ratio is where it should be.</summary>
internal static class Report
{
    public static double Median<T>(IEnumerable<T> values, Func<T, double> of)
    {
        var sorted = values.Select(of).Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>The median of the ratios round by round: what ran side by side is compared.</summary>
    public static void Ratio(string name, IReadOnlyList<double> subject, IReadOnlyList<double> peer, double? atLeast = null, double? atMost = null)
    {
        var ratios = subject.Zip(peer, (one, other) => one / other).Order().ToList();
        var median = ratios[ratios.Count / 2];
        var wanted = atLeast is { } low ? $">= {low:0.00}" : $"<= {atMost:0.00}";
        var reached = atLeast is { } least ? median >= least : median <= atMost;
        Console.WriteLine($"{name,-44} {median,6:0.00}  ({ratios[0]:0.00} to {ratios[^1]:0.00})  wanted {wanted}  {(reached ? "reached" : "NOT REACHED")}");
    }
}
