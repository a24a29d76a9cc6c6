using System.Globalization;
using System.Text.Json;

namespace Portlight.Bench;

/// <summary>The last run of each figure, in `bench/results/FIGURE.json`: a figure that is reported is committed with the run that it is from.</summary>
internal static class Results
{
    private const string Folder = "bench/results";

    private static readonly JsonSerializerOptions Shape = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, IgnoreReadOnlyProperties = true };

    public static void Write(string figure, IReadOnlyList<Measurement> measured)
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText($"{Folder}/{figure}.json", JsonSerializer.Serialize(measured.Select(Rounded), Shape) + "\n");
    }

    /// <summary>Every figure that was run, by name.</summary>
    public static IEnumerable<(string Figure, IReadOnlyList<Measurement> Measured)> Read() =>
        Directory.GetFiles(Folder, "*.json").Order(StringComparer.Ordinal)
            .Select(path => (Path.GetFileNameWithoutExtension(path), JsonSerializer.Deserialize<IReadOnlyList<Measurement>>(File.ReadAllText(path), Shape)!));

    private static Measurement Rounded(Measurement one) => one with { Median = Round(one.Median), Lowest = Round(one.Lowest), Highest = Round(one.Highest) };

    /// <summary>Four digits: the rest is noise.</summary>
    private static double Round(double value) => value == 0 ? 0 : double.Parse(value.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
