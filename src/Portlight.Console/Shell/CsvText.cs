using System.Globalization;

namespace Portlight.Console.Shell;

/// <summary>Lines of comma-separated values.</summary>
internal static class CsvText
{
    public static string Line(IEnumerable<string> cells) => string.Join(',', cells.Select(Cell));

    /// <summary>Quoted where it has to be; what a spreadsheet would run as a formula is a text to it.</summary>
    public static string Cell(string text)
    {
        var isFormula = text is ['=' or '+' or '@' or '\t' or '\r', ..] || (text is ['-', ..] && !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _));
        var plain = isFormula ? "'" + text : text;
        return plain.AsSpan().IndexOfAny("\",\r\n") < 0 ? plain : $"\"{plain.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
