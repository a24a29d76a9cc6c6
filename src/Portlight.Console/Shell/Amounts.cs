using System.Globalization;

namespace Portlight.Console.Shell;

/// <summary>How much, in few letters.</summary>
internal static class Amounts
{
    private static readonly string[] Thousands = ["", " k", " M", " G", " T", " P", " E"];

    /// <summary>A count that may be long: <c>940</c>, <c>1.2 k</c>, <c>38 M</c>.</summary>
    public static string Short(long count) => Scaled(count, "");

    /// <summary>Bytes in powers of 1,000: <c>84 kB</c>.</summary>
    public static string Bytes(long count) => count < 1_000 ? $"{count} B" : Scaled(count, "B");

    private static string Scaled(long count, string unit)
    {
        var (value, power) = ((double)count, 0);
        // What would be written as 1,000 of one is one of the next.
        while (value >= 999.5)
        {
            (value, power) = (value / 1_000, power + 1);
        }

        return power == 0 ? count.ToString(CultureInfo.InvariantCulture) : value.ToString(value < 9.95 ? "0.0" : "0", CultureInfo.InvariantCulture) + Thousands[power] + unit;
    }
}
