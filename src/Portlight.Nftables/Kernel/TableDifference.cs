using System.Runtime.InteropServices;
using Portlight.Nftables.Compiling;

namespace Portlight.Nftables.Kernel;

/// <summary>Elements that go into or out of one set.</summary>
internal readonly record struct ElementChange(string Set, List<SetElement> Elements);

/// <summary>What must happen for one table to become another, and for the table bridge with it, and in which order it is written.</summary>
internal sealed class TableDifference
{
    internal TableFamily Table { get; init; }

    /// <summary>What must happen to the table bridge in the same transaction; null for nothing.</summary>
    internal TableDifference? Also { get; set; }

    /// <summary>This, or what goes with it.</summary>
    internal TableDifference Of(TableFamily table) => table == Table ? this : Also!;

    /// <summary>The table is removed, and nothing takes its place.</summary>
    internal bool IsGoing { get; init; }

    /// <summary>The table is removed, if there is one, and made from nothing; the lists then hold all of it.</summary>
    internal bool Rebuild { get; init; }

    internal bool RemoveFirst { get; init; }

    /// <summary>The table is right, but nobody owns it any more.</summary>
    internal bool Claim { get; init; }

    /// <summary>What the table carries; needed where it is made or claimed.</summary>
    internal TableMark? Mark { get; init; }

    internal List<SetSpec> NewSets { get; } = [];

    internal List<ChainSpec> NewChains { get; } = [];

    /// <summary>Chains that are there and get other rules.</summary>
    internal List<ChainSpec> RewrittenChains { get; } = [];

    internal List<ElementChange> Removed { get; } = [];

    internal List<ElementChange> Added { get; } = [];

    /// <summary>What the table that is made anew takes over from the one before: elements with what they have counted, by set, as the kernel listed them.</summary>
    internal List<(string Set, byte[] Element)> Carried { get; } = [];

    internal List<string> DeadChains { get; } = [];

    internal List<string> DeadSets { get; } = [];

    internal bool IsEmpty =>
        Also?.IsEmpty != false && !IsGoing && !Rebuild && !Claim && NewSets.Count + NewChains.Count + RewrittenChains.Count + Removed.Count + Added.Count + DeadChains.Count + DeadSets.Count == 0;

    /// <summary>Everything of <paramref name="desired"/>.</summary>
    /// <param name="desired">What is wanted.</param>
    /// <param name="mark">What it carries.</param>
    /// <param name="actual">What is to be removed for it; null for nothing.</param>
    internal static TableDifference Whole(TableSpec desired, TableMark mark, ActualTable? actual)
    {
        var difference = WholeOf(desired, mark, actual?.Exists == true);
        difference.Also = desired.Bridge is { } bridge ? WholeOf(bridge, mark, actual?.Bridge?.Exists == true) : Without(actual?.Bridge);
        return difference;
    }

    private static TableDifference? Without(ActualTable? bridge) => bridge?.Exists == true ? new TableDifference { Table = TableFamily.Bridge, RemoveFirst = true, IsGoing = true } : null;

    private static TableDifference WholeOf(TableSpec desired, TableMark mark, bool removeFirst)
    {
        var difference = new TableDifference { Table = desired.Table, Rebuild = true, RemoveFirst = removeFirst, Mark = mark };
        difference.NewSets.AddRange(desired.Sets);
        difference.NewChains.AddRange(desired.Chains);
        foreach (var set in desired.Sets)
        {
            if (desired.Elements.TryGetValue(set.Name, out var elements))
            {
                difference.Added.Add(new ElementChange(set.Name, elements));
            }
        }

        return difference;
    }

    /// <summary>The table with everything attached and nothing open: chains, sets, and the gates alone. Costs no compiling of port sets.</summary>
    internal static TableDifference Closed(AppliedPicture picture, TableMark mark)
    {
        var gates = TableSpec.Gates(picture.Ruleset.Options, picture.Ruleset.Attachments.Values, picture.Needs, picture.Capacities);
        return Whole(gates, mark, actual: null);
    }

    /// <summary>From what the kernel holds to what is desired. A table that is not recognisably ours is rebuilt.</summary>
    internal static TableDifference Between(ActualTable actual, TableSpec desired, TableMark mark)
    {
        var difference = BetweenOf(actual, desired, mark);
        difference.Also = desired.Bridge is { } bridge ? BetweenOf(actual.Bridge!, bridge, mark) : Without(actual.Bridge);
        return difference;
    }

    private static TableDifference BetweenOf(ActualTable actual, TableSpec desired, TableMark mark)
    {
        if (!actual.Exists)
        {
            return WholeOf(desired, mark, removeFirst: false);
        }

        var isOrphan = mark.IsOnAnOrphan(actual);
        if (!(isOrphan || mark.IsOn(actual)) || !actual.IsLike(desired))
        {
            return WholeOf(desired, mark, removeFirst: true);
        }

        var difference = new TableDifference { Table = desired.Table, Claim = isOrphan, Mark = mark };
        difference.CompareSets(actual, desired);
        difference.CompareChains(actual, desired);
        return difference;
    }

    /// <summary>
    /// Writes the transaction. Makes before it fills and fills before it refers, closes before it opens: with <paramref name="commitPart"/>, which commits
    /// what is written so far and begins again, what was attached stays closed until its own elements come.
    /// </summary>
    internal void Write(NftablesBatch batch, Action? commitPart)
    {
        batch.Family = Table;
        WriteTable(batch, commitPart);
        Also?.Write(batch, commitPart);
    }

    private void WriteTable(NftablesBatch batch, Action? commitPart)
    {
        if (RemoveFirst)
        {
            batch.RemoveTable();
        }

        if (Rebuild || Claim)
        {
            batch.AddTable(Mark!);
        }

        foreach (var set in NewSets)
        {
            batch.AddSet(set);
        }

        foreach (var chain in NewChains)
        {
            batch.AddChain(chain);
        }

        foreach (var chain in RewrittenChains)
        {
            batch.FlushChain(chain.Name);
        }

        foreach (var chain in DeadChains)
        {
            batch.FlushChain(chain);
        }

        foreach (var change in Removed)
        {
            batch.RemoveElements(change.Set, CollectionsMarshal.AsSpan(change.Elements));
        }

        foreach (var chain in NewChains.Concat(RewrittenChains))
        {
            foreach (var rule in chain.Rules)
            {
                batch.AddRule(chain.Name, rule);
            }
        }

        // Before the same elements come without what they have counted, which the kernel passes over then.
        batch.AddListed(Carried);
        foreach (var change in Added)
        {
            ReadOnlySpan<SetElement> elements = CollectionsMarshal.AsSpan(change.Elements);
            if (commitPart is null || IsGate(change.Set))
            {
                batch.AddElements(change.Set, elements);
                continue;
            }

            for (; !elements.IsEmpty; elements = elements[Math.Min(PartLength, elements.Length)..])
            {
                commitPart();
                batch.AddElements(change.Set, elements[..Math.Min(PartLength, elements.Length)]);
            }
        }

        foreach (var set in DeadSets)
        {
            batch.RemoveSet(set);
        }

        foreach (var chain in DeadChains)
        {
            batch.RemoveChain(chain);
        }
    }

    /// <summary>Elements between two places where a transaction that is too long can be parted.</summary>
    internal const int PartLength = 500;

    // What closes, and what tells whose a connection is: none of these lets in more than replies.
    private static readonly string[] Gates =
    [
        SetId.Attached.Name, SetId.Devices.Name, SetId.Begins.Name, SetId.Owners.Name, SetId.Admits.Name,
        SetId.Arrivals.Name, SetId.Replies.Name, SetId.MarkedBegins.Name, SetId.MarkedOwners.Name,
    ];

    internal static bool IsGate(string set) => Array.IndexOf(Gates, set) >= 0;

    private void CompareSets(ActualTable actual, TableSpec desired)
    {
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var set in desired.Sets)
        {
            wanted.Add(set.Name);
            if (!actual.Sets.ContainsKey(set.Name))
            {
                NewSets.Add(set);
            }

            var elements = desired.Elements.GetValueOrDefault(set.Name) ?? [];
            var present = actual.Elements.GetValueOrDefault(set.Name) ?? [];
            List<SetElement> missing = [.. elements.Where(element => !present.Contains(element))];
            if (missing.Count > 0)
            {
                Added.Add(new ElementChange(set.Name, missing));
            }

            if (present.Count == elements.Count - missing.Count)
            {
                continue;
            }

            var kept = new HashSet<SetElement>(elements);
            Removed.Add(new ElementChange(set.Name, [.. present.Where(element => !kept.Contains(element))]));
        }

        DeadSets.AddRange(actual.Sets.Keys.Where(name => !wanted.Contains(name)));
    }

    private void CompareChains(ActualTable actual, TableSpec desired)
    {
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var chain in desired.Chains)
        {
            wanted.Add(chain.Name);
            if (!actual.Rules.TryGetValue(chain.Name, out var rules))
            {
                NewChains.Add(chain);
            }
            else if (!SameRules(rules, chain.Rules))
            {
                RewrittenChains.Add(chain);
            }
        }

        DeadChains.AddRange(actual.Rules.Keys.Where(name => !wanted.Contains(name)));
    }

    private static bool SameRules(List<byte[]> actual, IReadOnlyList<RuleSpec> desired)
    {
        if (actual.Count != desired.Count)
        {
            return false;
        }

        for (var i = 0; i < actual.Count; i++)
        {
            if (!actual[i].AsSpan().SequenceEqual(desired[i].Userdata))
            {
                return false;
            }
        }

        return true;
    }
}
