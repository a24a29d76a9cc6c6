using System.Globalization;

namespace Portlight.Console.Activity;

/// <summary>Some steps of a time that is counted, as a row of its table.</summary>
/// <param name="Begin">When it begins.</param>
/// <param name="End">When the next one does.</param>
/// <param name="IsKnown">Whether all of it is counted.</param>
/// <param name="Counts">How much there was of each kind.</param>
public sealed record ActivityRow(DateTimeOffset Begin, DateTimeOffset End, bool IsKnown, IReadOnlyDictionary<string, long> Counts)
{
    /// <summary>When it is: <c>26 Nov 14:00 to 15:00</c>.</summary>
    public string Words => $"{Begin.UtcDateTime.ToString("d MMM HH:mm", CultureInfo.InvariantCulture)} to {End.UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture)}";

    public long Of(string kind) => Counts.GetValueOrDefault(kind);
}
