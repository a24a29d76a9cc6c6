using System.Text.Json.Serialization;

namespace Portlight.Console.Ports;

/// <summary>A rule that stands, and what the draft makes of it.</summary>
/// <param name="Before">As it stands; null of a new one.</param>
/// <param name="Rule">As it is to be; null of one that goes.</param>
public sealed record DraftRow(PortRule? Before, PortRule? Rule)
{
    [JsonIgnore]
    public DraftChange Change => (Before, Rule) switch
    {
        (null, _) => DraftChange.Opens,
        (_, null) => DraftChange.Closes,
        var (before, rule) when before.IsSameAs(rule) => DraftChange.None,
        var (before, rule) when before.Key != rule.Key => DraftChange.Replaces,
        var (before, rule) when Covers(before, rule) => DraftChange.Narrows,
        var (before, rule) when Covers(rule, before) => DraftChange.Widens,
        _ => DraftChange.Replaces,
    };

    /// <summary>The rule that a table shows: as it is to be, else as it was.</summary>
    [JsonIgnore]
    public PortRule Shown => Rule ?? Before!;

    /// <summary>As far as texts tell; what becomes of packets, the preview says.</summary>
    private static bool Covers(PortRule wide, PortRule narrow) =>
        narrow.Sources.All(source => wide.Sources.Contains(source) || wide.Sources.Contains(PortRule.IsIpv6(source) ? PortRule.Everyone6 : PortRule.Everyone4));
}

/// <summary>What a draft makes of a rule.</summary>
public enum DraftChange
{
    None,
    Opens,
    Closes,
    Narrows,
    Widens,
    Replaces,
}
