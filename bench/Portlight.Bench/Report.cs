namespace Portlight.Bench;

/// <summary>Medians and ratios, and whether they are where they should be. What was reported last is kept for the plot of the figure.</summary>
internal static class Report
{
    private static readonly List<Measurement> Reported = [];

    public static double Median<T>(IEnumerable<T> values, Func<T, double> of)
    {
        var sorted = values.Select(of).Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>The median of the ratios round by round: what ran side by side is compared.</summary>
    public static void Ratio(string name, IReadOnlyList<double> subject, IReadOnlyList<double> peer, double? atLeast = null, double? atMost = null) =>
        Value(name, "", [.. subject.Zip(peer, (one, other) => one / other)], atLeast, atMost);

    /// <summary>The median of what was measured in rounds, in a unit.</summary>
    public static void Value(string name, string unit, IReadOnlyList<double> rounds, double? atLeast = null, double? atMost = null)
    {
        var measured = new Measurement(name, unit, Median(rounds, value => value), rounds.Min(), rounds.Max(), atLeast ?? atMost!.Value, atLeast is not null);
        Reported.Add(measured);
        Console.WriteLine($"{name,-52} {measured}  {(measured.IsReached ? "reached" : "NOT REACHED")}");
    }

    /// <summary>What was reported is not what is drawn.</summary>
    public static void Forget() => Reported.Clear();

    /// <summary>Writes down what was reported since the last call: `bench/run plot` draws it.</summary>
    public static void Keep(string figure)
    {
        if (Reported.Count > 0)
        {
            Results.Write(figure, Reported);
            Reported.Clear();
        }
    }
}
