namespace Portlight.Nftables;

/// <summary>What a commit made of the ruleset: all of it anew, or a few attachments.</summary>
/// <param name="Whole">Everything that the kernel holds now; null when only <paramref name="Changed"/> is different.</param>
/// <param name="Changed">The attachments that are different now, by key; null for one that is gone. Empty when <paramref name="Whole"/> says all.</param>
public readonly record struct RulesetChange(Ruleset? Whole, IReadOnlyDictionary<string, FilteredAttachment?> Changed);
