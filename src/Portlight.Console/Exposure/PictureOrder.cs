using Portlight.Console.Live;
using Portlight.Console.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Exposure;

/// <summary>The orders in which the picture of the fleet can be looked at.</summary>
internal static class PictureOrder
{
    public const string Host = "host";
    public const string Risk = "risk";

    /// <summary>Before the key of a tag, as addresses of pages have it.</summary>
    private const string Tag = "tag:";

    private const int MostTags = 2;

    private static readonly (PortWidth Width, string Words)[] Risks =
        [(PortWidth.Everyone, "open to everyone"), (PortWidth.Meant, "to everyone, as meant"), (PortWidth.Networks, "to networks"), (PortWidth.One, "to one address"), (PortWidth.Closed, "closed")];

    /// <summary>What can be chosen, null for that by likeness; of tags those keys that most instances of a class have in common.</summary>
    public static IEnumerable<(string? Order, string Words)> All(GetExposureResponse exposure) =>
    [
        (null, "By likeness"),
        .. exposure.Classes
            .SelectMany(one => one.TagsInCommon.Select(tag => (Key: tag.Key!, one.Instances)))
            .Where(tag => !tag.Key.StartsWith("portlight:", StringComparison.Ordinal))
            .GroupBy(tag => tag.Key, tag => tag.Instances)
            .OrderByDescending(key => key.Sum()).ThenBy(key => key.Key, StringComparer.Ordinal)
            .Take(MostTags)
            .Select(key => ((string?)(Tag + key.Key), $"By {key.Key}")),
        (Host, "By host"),
        (Risk, "By risk"),
    ];

    /// <summary>Whether an address names an order other than that by likeness.</summary>
    public static bool IsKnown(string? order) => order is Host or Risk || order?.StartsWith(Tag, StringComparison.Ordinal) == true;

    public static IReadOnlyList<PictureRun> ByLikeness(ExposureMatrix matrix) => [.. matrix.Rows.Select(row => new PictureRun(null, row.Widths, row.Instances))];

    /// <summary>Group by group, the largest first, or the widest; in a group those that are alike together, most first.</summary>
    /// <param name="order">One that <see cref="IsKnown"/>.</param>
    /// <param name="fleet">All instances.</param>
    /// <param name="columns">The rows of the picture.</param>
    public static IReadOnlyList<PictureRun> Of(string order, IEnumerable<InstanceView> fleet, IReadOnlyList<ExposureColumn> columns)
    {
        var known = new Dictionary<string, IReadOnlyList<PortWidth>>(StringComparer.Ordinal);
        var groups = fleet
            .Select(instance => (Instance: instance, Widths: WidthsOf(instance)))
            .GroupBy(one => GroupOf(order, one.Instance, one.Widths), StringComparer.Ordinal);
        groups = order == Risk ? groups.OrderBy(group => Array.FindIndex(Risks, risk => risk.Words == group.Key)) : groups.OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal);
        return [.. groups.SelectMany(group => group.GroupBy(one => one.Widths).OrderByDescending(alike => alike.Count()).Select(alike => new PictureRun(group.Key, alike.Key, alike.Count())))];

        // The same list for all that are alike, which is what they are put together by.
        IReadOnlyList<PortWidth> WidthsOf(InstanceView instance)
        {
            List<PortWidth> widths = [.. columns.Select(column => ExposureMatrix.Width(instance.Rules, column.Rule, instance.Meant))];
            var key = string.Join(',', widths.Select(width => (int)width));
            return known.TryGetValue(key, out var same) ? same : known[key] = widths;
        }
    }

    private static string GroupOf(string order, InstanceView instance, IReadOnlyList<PortWidth> widths) => order switch
    {
        Host => instance.Host ?? "nowhere",
        Risk => Risks.First(risk => risk.Width == widths.Aggregate(PortWidth.Closed, ExposureMatrix.Wider)).Words,
        _ => (instance.Status.Tags ?? []).FirstOrDefault(tag => tag.Key == order[Tag.Length..]) is { } found ? (string.IsNullOrEmpty(found.Value) ? found.Key! : found.Value) : $"no {order[Tag.Length..]}",
    };
}
