using System.Globalization;
using System.Text;
using Portlight.Console.Ports;

namespace Portlight.Console.Exposure;

/// <summary>The whole fleet in one picture: an instance is a column, a port a row, the width of what is open a height. One path for each width, so that it is small however many instances there are.</summary>
internal static class FleetPicture
{
    /// <summary>Columns of the picture; where there are more instances, one stands for several that are alike.</summary>
    public const int Columns = 360;

    public const int RowHeight = 14;

    /// <summary>A small fleet leaves room at its right instead of being drawn out.</summary>
    private const int FewestColumns = 60;

    /// <summary>The paths by width, in units of which a column is 3 wide.</summary>
    public static IReadOnlyList<(PortWidth Width, string Path)> Paths(ExposureMatrix matrix)
    {
        var total = Math.Max(1, matrix.Rows.Sum(row => row.Instances));
        var columns = Math.Min(Columns, total);
        var paths = new Dictionary<PortWidth, StringBuilder>();
        var (seen, x) = (0, 0);
        foreach (var row in matrix.Rows)
        {
            seen += row.Instances;
            // Of each class at least one column, so that the rarest, which matter most, are seen.
            var end = Math.Max(x + 1, (int)Math.Round((double)seen / total * columns));
            for (var y = 0; y < row.Widths.Count; y++)
            {
                if (row.Widths[y] is not PortWidth.Closed and var width)
                {
                    Run(paths.TryGetValue(width, out var path) ? path : paths[width] = new StringBuilder(), x, end, y, Height(width));
                }
            }

            x = end;
        }

        return [.. paths.OrderBy(path => path.Key).Select(path => (path.Key, path.Value.ToString()))];
    }

    /// <summary>How wide the picture is, in its own units.</summary>
    public static int Width(ExposureMatrix matrix) => 3 * Math.Max(FewestColumns, Math.Max(Math.Min(Columns, matrix.Rows.Sum(row => row.Instances)), matrix.Rows.Count));

    private static void Run(StringBuilder path, int from, int end, int y, int height)
    {
        var top = (y * RowHeight) + ((RowHeight - height) / 2);
        for (var x = from; x < end; x++)
        {
            path.Append(CultureInfo.InvariantCulture, $"M{x * 3} {top}h2v{height}h-2z");
        }
    }

    private static int Height(PortWidth width) => width switch { PortWidth.One => 4, PortWidth.Networks => 6, PortWidth.Meant => 8, _ => 11 };
}
