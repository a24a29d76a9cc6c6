using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Portlight.Bench;

/// <summary>Draws each figure's last run as an SVG: a row for each measurement, how many times as good as wanted it was, on a logarithmic axis with what was wanted in the middle.</summary>
internal static class Plot
{
    private const string Folder = "bench/plots";
    private const int Width = 1060, Left = 400, Right = 700, Row = 30, Top = 34;

    /// <summary>The ends of the axis: eight times as bad, and eight times as good.</summary>
    private const double Reach = 8;

    public static int Run()
    {
        Directory.CreateDirectory(Folder);
        foreach (var (figure, measured) in Results.Read())
        {
            File.WriteAllText($"{Folder}/{figure}.svg", Draw(measured).ToString().ReplaceLineEndings("\n") + "\n", new UTF8Encoding(false));
            Console.WriteLine($"{Folder}/{figure}.svg");
        }

        return 0;
    }

    private static XElement Draw(IReadOnlyList<Measurement> measured)
    {
        var bottom = Top + (measured.Count * Row);
        return Element(
            "svg",
            new XAttribute("viewBox", $"0 0 {Width} {bottom + 10}"),
            new XAttribute("font-family", "system-ui, sans-serif"),
            new XAttribute("font-size", "13"),
            Element("rect", new XAttribute("width", "100%"), new XAttribute("height", "100%"), new XAttribute("fill", "#fff")),
            new[] { 1 / Reach, 1 / 4.0, 1 / 2.0, 1, 2, 4, Reach }.Select(mark => Mark(mark, bottom)),
            measured.Select((one, row) => Line(one, Top + (row * Row) + (Row / 2))));
    }

    private static IEnumerable<XElement> Mark(double goodness, int bottom)
    {
        var isWanted = goodness == 1;
        yield return Element(
            "line", At("x1", X(goodness)), At("x2", X(goodness)), At("y1", Top - 8), At("y2", bottom), new XAttribute("stroke", isWanted ? "#333" : "#ddd"), new XAttribute("stroke-width", isWanted ? 1.5 : 1));
        yield return Text(X(goodness), Top - 14, "middle", "#555", isWanted ? "wanted" : goodness > 1 ? $"{goodness:0}× better" : $"{1 / goodness:0}× worse");
    }

    private static IEnumerable<XElement> Line(Measurement one, int y)
    {
        var colour = one.IsReached ? "#2a7d4f" : "#b5452c";
        var (median, low, high) = (X(one.Goodness(one.Median)), X(one.Goodness(one.Lowest)), X(one.Goodness(one.Highest)));
        yield return Text(Left - 14, y + 4, "end", "#111", one.Name);
        yield return Element("line", At("x1", X(1)), At("x2", median), At("y1", y), At("y2", y), new XAttribute("stroke", colour), new XAttribute("stroke-width", 9), new XAttribute("stroke-opacity", "0.35"));
        yield return Element("line", At("x1", Math.Min(low, high)), At("x2", Math.Max(low, high)), At("y1", y), At("y2", y), new XAttribute("stroke", colour), new XAttribute("stroke-width", 1.5));
        yield return Element("circle", At("cx", median), At("cy", y), new XAttribute("r", 4), new XAttribute("fill", colour));
        yield return Text(Right + 14, y + 4, "start", colour, one.ToString());
    }

    private static double X(double goodness) => Left + ((Right - Left) * (Math.Log(Math.Clamp(goodness, 1 / Reach, Reach)) + Math.Log(Reach)) / (2 * Math.Log(Reach)));

    private static XElement Text(double x, double y, string anchor, string colour, string text) =>
        Element("text", At("x", x), At("y", y), new XAttribute("text-anchor", anchor), new XAttribute("fill", colour), text);

    private static XAttribute At(string name, double value) => new(name, value.ToString("0.#", CultureInfo.InvariantCulture));

    private static XElement Element(string name, params object[] content) => new(XName.Get(name, "http://www.w3.org/2000/svg"), content);
}
