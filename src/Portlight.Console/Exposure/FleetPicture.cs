using System.Globalization;
using System.Text;
using Portlight.Console.Ports;

namespace Portlight.Console.Exposure;

/// <summary>The whole fleet in one picture: an instance is a column, a port a row, the width of what is open a height. One path for each width, so that it is small however many instances there are.</summary>
internal static class FleetPicture
{
    /// <summary>Columns of the picture; where there are more instances, one stands for several and shows the widest.</summary>
    public const int Columns = 360;

    public const int RowHeight = 14;

    /// <summary>A small fleet leaves room at its right instead of being drawn out.</summary>
    private const int FewestColumns = 24;

    /// <summary>The paths by width, in units of which a column is 3 wide.</summary>
    /// <param name="runs">The instances from left to right.</param>
    /// <param name="ports">How many rows there are.</param>
    public static IReadOnlyList<(PortWidth Width, string Path)> Paths(IReadOnlyList<PictureRun> runs, int ports)
    {
        var (total, columns) = (Total(runs), Drawn(runs));
        var widest = new PortWidth[columns, ports];
        var seen = 0L;
        foreach (var run in runs.Where(run => run.Instances > 0))
        {
            for (var x = seen * columns / total; x <= (seen + run.Instances - 1) * columns / total; x++)
            {
                for (var y = 0; y < ports; y++)
                {
                    widest[x, y] = ExposureMatrix.Wider(widest[x, y], run.Widths[y]);
                }
            }

            seen += run.Instances;
        }

        var paths = new SortedDictionary<PortWidth, StringBuilder>();
        for (var y = 0; y < ports; y++)
        {
            for (var x = 0; x < columns; x++)
            {
                if (widest[x, y] is not PortWidth.Closed and var width)
                {
                    var path = paths.TryGetValue(width, out var begun) ? begun : paths[width] = new StringBuilder();
                    path.Append(CultureInfo.InvariantCulture, $"M{x * 3} {(y * RowHeight) + ((RowHeight - Height(width)) / 2)}h2v{Height(width)}h-2z");
                }
            }
        }

        return [.. paths.Select(path => (path.Key, path.Value.ToString()))];
    }

    /// <summary>How wide the picture is, in its own units.</summary>
    public static int Width(IReadOnlyList<PictureRun> runs) => 3 * Math.Max(FewestColumns, Drawn(runs));

    /// <summary>The groups from left to right, each with where it begins and how wide it is, in hundredths of the picture.</summary>
    public static IEnumerable<(string Name, double Left, double Width)> Groups(IReadOnlyList<PictureRun> runs)
    {
        var (left, scale) = (0.0, 300.0 * Drawn(runs) / Total(runs) / Width(runs));
        List<(string Name, int Instances)> groups = [.. runs.Where(run => run.Group is not null).GroupBy(run => run.Group!).Select(group => (group.Key, group.Sum(run => run.Instances)))];
        for (var i = 0; i < groups.Count; i++)
        {
            // The name of the last one may take the room that a small fleet leaves.
            var width = i == groups.Count - 1 ? 100 - left : groups[i].Instances * scale;
            yield return (groups[i].Name, left, width);
            left += width;
        }
    }

    private static int Total(IReadOnlyList<PictureRun> runs) => Math.Max(1, runs.Sum(run => run.Instances));

    private static int Drawn(IReadOnlyList<PictureRun> runs) => Math.Min(Columns, Total(runs));

    private static int Height(PortWidth width) => width switch { PortWidth.One => 4, PortWidth.Networks => 6, PortWidth.Meant => 8, _ => 11 };
}

/// <summary>Instances side by side in the picture that are alike.</summary>
/// <param name="Group">What they are put together by; null where the picture has no groups.</param>
/// <param name="Widths">How widely each row's port is open on them.</param>
/// <param name="Instances">How many they are.</param>
public sealed record PictureRun(string? Group, IReadOnlyList<PortWidth> Widths, int Instances);
