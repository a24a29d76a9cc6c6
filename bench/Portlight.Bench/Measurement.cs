using System.Globalization;
namespace Portlight.Bench;

/// <summary>What one run has shown, and what was wanted.</summary>
/// <param name="Name">What was measured, and against what.</param>
/// <param name="Unit">The unit; empty for a ratio.</param>
/// <param name="Median">The median of the rounds.</param>
/// <param name="Lowest">The lowest round.</param>
/// <param name="Highest">The highest round.</param>
/// <param name="Wanted">The bound.</param>
/// <param name="IsAtLeast">True where more is better.</param>
internal sealed record Measurement(string Name, string Unit, double Median, double Lowest, double Highest, double Wanted, bool IsAtLeast)
{
    public bool IsReached => IsAtLeast ? Median >= Wanted : Median <= Wanted;

    /// <summary>How many times as good as wanted a value is: 1 is just reached.</summary>
    public double Goodness(double value) => IsAtLeast ? value / Wanted : Wanted / value;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Number(Median)}{Of(Unit)} ({Number(Lowest)} to {Number(Highest)}), wanted {(IsAtLeast ? "≥" : "≤")} {Number(Wanted)}{Of(Unit)}");

    public static string Number(double value) => value switch
    {
        >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 20 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00#", CultureInfo.InvariantCulture),
    };

    private static string Of(string unit) => unit.Length == 0 ? "" : " " + unit;
}
