using Portlight.Nftables.Kernel;

namespace Portlight.Nftables;

/// <summary>What a <see cref="NftablesSession.Synchronise"/> had to change. On a table that should have been right already, anything but nothing is drift.</summary>
/// <param name="Rebuilt">The table was missing or not recognisably ours, and was made from nothing.</param>
/// <param name="ChainsChanged">Chains made, removed or given other rules; the table of the family bridge, when it goes, is one.</param>
/// <param name="SetsChanged">Sets made or removed.</param>
/// <param name="ElementsAdded">Elements that were missing.</param>
/// <param name="ElementsRemoved">Elements that did not belong there.</param>
public readonly record struct SynchroniseReport(bool Rebuilt, int ChainsChanged, int SetsChanged, int ElementsAdded, int ElementsRemoved)
{
    public bool ChangedAnything => Rebuilt || ChainsChanged + SetsChanged + ElementsAdded + ElementsRemoved > 0;

    internal static SynchroniseReport Of(TableDifference difference, int moreElements = 0)
    {
        TableDifference[] tables = difference.Also is { } bridge ? [difference, bridge] : [difference];
        return new(
            difference.Rebuild,
            tables.Sum(table => table.NewChains.Count + table.RewrittenChains.Count + table.DeadChains.Count + (table.IsGoing ? 1 : 0)),
            tables.Sum(table => table.NewSets.Count + table.DeadSets.Count),
            tables.Sum(table => table.Added.Sum(change => change.Elements.Count)) + moreElements,
            tables.Sum(table => table.Removed.Sum(change => change.Elements.Count)));
    }
}
