namespace Portlight.Console.Ports;

/// <summary>Rule by rule, what one port set has otherwise than another.</summary>
internal static class PortDifference
{
    /// <summary>Rules that only one of both has, or that differ in their sources.</summary>
    public static IReadOnlyList<DraftRow> Between(IReadOnlyList<PortRule> before, IReadOnlyList<PortRule> after) =>
    [
        .. before.Select(rule => new DraftRow(rule, after.FirstOrDefault(other => other.Key == rule.Key))).Where(row => row.Change != DraftChange.None),
        .. after.Where(rule => before.All(other => other.Key != rule.Key)).Select(rule => new DraftRow(null, rule)),
    ];
}
