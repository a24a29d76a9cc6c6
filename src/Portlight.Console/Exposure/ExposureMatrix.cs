using Portlight.Console.Live;
using Portlight.Console.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Exposure;

/// <summary>What is open to whom as a table: a row for instances that are alike, a column for each of the ports that matter most.</summary>
public sealed class ExposureMatrix
{
    private const int MostColumns = 14;
    private const int MostTags = 3;

    private static readonly (string Group, int[] Ports)[] Known =
    [
        ("Management", [22, 3389, 5900, 5985, 5986, 23]),
        ("Public services", [80, 443, 25, 465, 587, 993, 995, 53]),
        ("Databases", [3306, 5432, 6379, 1433, 1521, 27017, 9200, 11211, 5984, 9042]),
    ];

    public ExposureMatrix(GetExposureResponse exposure)
    {
        Columns =
        [
            .. exposure.Ports
                .Select(port => new ExposureColumn(GroupOf(port), new PortRule(port.Protocol, port.FromPort, port.ToPort, []), port.Everyone, port.Networks, port.One))
                .Take(MostColumns)
                .OrderBy(column => GroupOrder(column.Group)).ThenBy(column => column.Rule.FromPort),
        ];
        Rows = [.. Named(exposure.Classes).Select(one => Row(one.Class, one.Name))];
    }

    public IReadOnlyList<ExposureColumn> Columns { get; }

    public IReadOnlyList<ExposureRow> Rows { get; }

    /// <summary>The groups of the columns, each with how many it has.</summary>
    public IEnumerable<(string Name, int Columns)> Groups => Columns.GroupBy(column => column.Group).Select(group => (group.Key, group.Count()));

    /// <summary>How widely rules have what a column stands for: by one of these ports, or by one that covers them.</summary>
    /// <param name="rules">The rules of an instance.</param>
    /// <param name="column">The ports of the column.</param>
    /// <param name="meant">Ports that the instance is there to offer to everybody.</param>
    public static PortWidth Width(IEnumerable<PortRule> rules, PortRule column, IReadOnlyCollection<int> meant)
    {
        var widest = PortWidth.Closed;
        foreach (var rule in rules.Where(rule => Covers(rule, column)))
        {
            widest = Wider(widest, (rule with { Protocol = column.Protocol, FromPort = column.FromPort, ToPort = column.ToPort }).Width(meant));
        }

        return widest;
    }

    /// <summary>What is unusual is wider than what is meant, though it is the same packets.</summary>
    public static PortWidth Wider(PortWidth one, PortWidth other) => one == PortWidth.Everyone || other == PortWidth.Everyone ? PortWidth.Everyone : one > other ? one : other;

    internal static bool Covers(PortRule rule, PortRule column) =>
        rule.Key == column.Key
        || rule.Protocol == "all"
        || (rule.Protocol == column.Protocol && (rule.Protocol is "tcp" or "udp" ? rule.FromPort <= column.FromPort && column.ToPort <= rule.ToPort : rule.FromPort < 0));

    private ExposureRow Row(ExposureClass one, string name)
    {
        var (rules, meant) = (one.PortStates.Select(PortRule.Of).ToList(), InstanceView.MeantPorts(one.TagsInCommon));
        return new ExposureRow(name, one.Instances, one.InstanceNames, [.. Columns.Select(column => Width(rules, column.Rule, meant))], rules);
    }

    /// <summary>Several that are alike are called by the tags that all of them have; of classes with the same tags, the largest.</summary>
    private static IEnumerable<(ExposureClass Class, string Name)> Named(IEnumerable<ExposureClass> classes)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var one in classes)
        {
            var tags = string.Join(' ', one.TagsInCommon.Where(tag => !tag.Key!.StartsWith("portlight:", StringComparison.Ordinal)).Take(MostTags).Select(tag => string.IsNullOrEmpty(tag.Value) ? tag.Key : $"{tag.Key}={tag.Value}"));
            yield return (one, one.Instances > 1 && tags.Length > 0 && taken.Add(tags) ? tags : Names(one));
        }
    }

    private static string Names(ExposureClass one) => one.PortStates.Count == 0 && one.InstanceNames.Count == 0
        ? "nothing open"
        : string.Join(", ", one.InstanceNames.Take(3)) + (one.Instances > 3 ? " …" : "");

    private static string GroupOf(ExposedPort port) =>
        port.Protocol is "tcp" or "udp" && port.FromPort == port.ToPort && Known.FirstOrDefault(known => known.Ports.Contains(port.FromPort)).Group is { } group ? group : "Other";

    private static int GroupOrder(string group) => Array.FindIndex(Known, known => known.Group == group) is >= 0 and var place ? place : Known.Length;
}

/// <summary>One port or range, and on how many instances each kind of sources reaches it.</summary>
public sealed record ExposureColumn(string Group, PortRule Rule, int Everyone, int Networks, int One);

/// <summary>Instances that are alike, and how widely each column is open on them.</summary>
public sealed record ExposureRow(string Name, int Instances, IReadOnlyList<string> Names, IReadOnlyList<PortWidth> Widths, IReadOnlyList<PortRule> Rules)
{
    /// <summary>The rules of these instances that open a column's ports.</summary>
    public IReadOnlyList<PortRule> RulesFor(PortRule column) => [.. Rules.Where(rule => ExposureMatrix.Covers(rule, column))];
}
