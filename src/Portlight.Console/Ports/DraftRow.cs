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
        // What is open for a time is less than what is open for good.
        var (before, rule) when Covers(rule, before) && rule.ExpiresInSeconds > 0 => Covers(before, rule) ? DraftChange.Narrows : DraftChange.Replaces,
        var (before, rule) when Covers(before, rule) && rule.ExpiresInSeconds == 0 => Covers(rule, before) ? DraftChange.Widens : DraftChange.Replaces,
        var (before, rule) when Covers(before, rule) => DraftChange.Narrows,
        var (before, rule) when Covers(rule, before) => DraftChange.Widens,
        _ => DraftChange.Replaces,
    };

    /// <summary>The rule that a table shows: as it is to be, else as it was.</summary>
    [JsonIgnore]
    public PortRule Shown => Rule ?? Before!;

    /// <summary>Source by source; what becomes of packets, the preview says.</summary>
    private static bool Covers(PortRule wide, PortRule narrow) => narrow.Sources.All(source => wide.Sources.Any(other => Holds(other, source)));

    private static bool Holds(string wide, string narrow) => wide == narrow || (AddressBlock.TryRead(wide, out var block) && AddressBlock.TryRead(narrow, out var other) && block.Holds(other));
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
