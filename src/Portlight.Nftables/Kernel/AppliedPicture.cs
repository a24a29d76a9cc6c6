using System.Runtime.InteropServices;
using Portlight.Nftables.Compiling;

namespace Portlight.Nftables.Kernel;

/// <summary>
/// What we last put into the kernel, remembered as the attachments themselves: their elements are compiled again when they change, which is cheaper than
/// keeping them. Computes the difference that a change of a few attachments makes, at a cost that does not depend on the others.
/// </summary>
internal sealed class AppliedPicture
{
    private static readonly TableDifference Nothing = new();

    private readonly RulesetOptions _options;
    private readonly Dictionary<string, FilteredAttachment> _attachments;
    private readonly SectionNeeds _needs;

    internal AppliedPicture(Ruleset ruleset, TableSpec spec)
    {
        _options = ruleset.Options;
        _attachments = new Dictionary<string, FilteredAttachment>(ruleset.Attachments, StringComparer.Ordinal);
        _needs = spec.Needs;
        Capacities = spec.Capacities;
    }

    /// <summary>All of it, as it was desired.</summary>
    internal Ruleset Ruleset => new(_options, _attachments.Values);

    internal SectionNeeds Needs => _needs;

    /// <summary>Of the sets, by name, when all of it was compared last.</summary>
    internal IReadOnlyDictionary<(TableFamily, string), int> Capacities { get; }

    /// <summary>What would be desired after the change.</summary>
    internal Ruleset After(Dictionary<string, FilteredAttachment?> change)
    {
        var after = new Dictionary<string, FilteredAttachment>(_attachments, StringComparer.Ordinal);
        foreach ((var key, var attachment) in change)
        {
            if (attachment is null)
            {
                after.Remove(key);
            }
            else
            {
                after[key] = attachment;
            }
        }

        return new Ruleset(_options, after.Values);
    }

    internal List<Transition> Transitions(Dictionary<string, FilteredAttachment?> change) => [.. change.Select(pair => Transition.Between(_attachments.GetValueOrDefault(pair.Key), pair.Value, _options.Connections))];

    /// <summary>The difference of one step, and by how much the needs change with it.</summary>
    internal (TableDifference Difference, Dictionary<SetId, int> Needs) Step(IEnumerable<(CompiledAttachment From, CompiledAttachment To)> attachments)
    {
        // Nearly always a change is one step of three.
        (CompiledAttachment From, CompiledAttachment To)[] changed = [.. attachments.Where(step => !ReferenceEquals(step.From, step.To))];
        if (changed.Length == 0)
        {
            return (Nothing, []);
        }

        var removed = new Dictionary<SetId, List<SetElement>>();
        var added = new Dictionary<SetId, List<SetElement>>();
        var needs = new Dictionary<SetId, int>();
        foreach ((var from, var to) in changed)
        {
            (var leaving, var arriving) = from.DifferenceTo(to);
            Sort(leaving, removed);
            Sort(arriving, added);
            foreach (var set in from.Needs)
            {
                needs[set] = needs.GetValueOrDefault(set) - 1;
            }

            foreach (var set in to.Needs)
            {
                needs[set] = needs.GetValueOrDefault(set) + 1;
            }
        }

        var difference = new TableDifference { Also = new TableDifference { Table = TableFamily.Bridge } };
        CompareSections(needs, difference);
        foreach (var (set, elements) in removed)
        {
            // What goes with its set need not be removed from it.
            if (!difference.Of(set.Section.Table).DeadSets.Contains(set.Name))
            {
                difference.Of(set.Section.Table).Removed.Add(new ElementChange(set.Name, elements));
            }
        }

        foreach (var (set, elements) in added)
        {
            difference.Of(set.Section.Table).Added.Add(new ElementChange(set.Name, elements));
        }

        return (difference, needs);
    }

    /// <summary>Whether after the change there is a table bridge that was not there before, or the other way round: that is no small step.</summary>
    internal bool ChangesTables(Dictionary<string, FilteredAttachment?> change)
    {
        if (!change.Any(pair => pair.Value?.IsBridged == true || _attachments.GetValueOrDefault(pair.Key)?.IsBridged == true))
        {
            return false;
        }

        var after = change.Values.Any(attachment => attachment?.IsBridged == true) || _attachments.Values.Any(attachment => attachment.IsBridged && !change.ContainsKey(attachment.Key));
        return TableSpec.HasBridge(_options, after) != TableSpec.HasBridge(_options, _needs.SetsOf(SectionId.OfBridges).Length > 0);
    }

    /// <summary>
    /// Writes the elements that <see cref="TableDifference.Closed"/> leaves out, one attachment after the other: nothing of it is kept, so the garbage collector
    /// has nothing to move. Gives how many there were.
    /// </summary>
    /// <param name="batch">Where to.</param>
    /// <param name="isCounting">Those that count what is refused, and no others; else all others.</param>
    /// <param name="part">Called where the transaction may be parted.</param>
    internal int WriteFilling(NftablesBatch batch, bool isCounting, Action part)
    {
        batch.Family = TableFamily.Inet;
        if (!isCounting)
        {
            batch.AddElements(SetId.Nobody.Name, [new SetElement(OwnerCode.Nobody)]);
        }

        var written = isCounting ? 0 : 1;
        var run = new List<SetElement>(TableDifference.PartLength);
        SetId set = default;
        foreach (var attachment in _attachments.Values)
        {
            foreach (var entry in AttachmentCompiler.Compile(attachment, _options.Connections).Entries)
            {
                if (TableDifference.IsGate(entry.Set.Name) || (entry.Set.Role == SetRole.Refusing) != isCounting)
                {
                    continue;
                }

                if (entry.Set != set || run.Count == TableDifference.PartLength)
                {
                    WriteRun();
                }

                set = entry.Set;
                run.Add(entry.Element);
            }
        }

        WriteRun();
        return written;

        void WriteRun()
        {
            if (run.Count == 0)
            {
                return;
            }

            part();
            batch.Family = set.Section.Table;
            batch.AddElements(set.Name, CollectionsMarshal.AsSpan(run));
            written += run.Count;
            run.Clear();
        }
    }

    /// <summary>The kernel has taken a step.</summary>
    internal void Took(Dictionary<SetId, int> needs)
    {
        foreach ((var set, var count) in needs)
        {
            _needs.Add(set, count);
        }
    }

    /// <summary>The kernel has taken the change.</summary>
    internal void Remember(Dictionary<string, FilteredAttachment?> change)
    {
        foreach ((var key, var attachment) in change)
        {
            if (attachment is null)
            {
                _attachments.Remove(key);
            }
            else
            {
                _attachments[key] = attachment;
            }
        }
    }

    private static void Sort(List<Entry> entries, Dictionary<SetId, List<SetElement>> into)
    {
        foreach (var entry in entries)
        {
            if (!into.TryGetValue(entry.Set, out var list))
            {
                into[entry.Set] = list = [];
            }

            list.Add(entry.Element);
        }
    }

    private void CompareSections(Dictionary<SetId, int> needs, TableDifference whole)
    {
        // The table bridge itself neither comes nor goes by a step.
        foreach (var section in needs.Where(need => need.Value != 0 && need.Key.Section != SectionId.OfBridges).GroupBy(need => need.Key.Section))
        {
            var difference = whole.Of(section.Key.Table);
            var before = _needs.SetsOf(section.Key);
            SetId[] now = [.. _needs.SetsOfAfter(section.Key, section)];
            if (before.AsSpan().SequenceEqual(now))
            {
                continue;
            }

            difference.NewSets.AddRange(now.Except(before).Where(IsSet).Select(set => SetSpec.Of(set, _options)));
            difference.DeadSets.AddRange(before.Except(now).Where(IsSet).Select(set => set.Name));
            var chains = Skeleton.SectionChains(section.Key, now, _options);
            if (section.Key == SectionId.Host)
            {
                difference.RewrittenChains.Add(ConnectionRules.Arrival(isHostAttached: now.Length > 0));
            }

            if (now.Length == 0)
            {
                difference.DeadChains.AddRange(chains.Select(chain => chain.Name));
            }
            else if (before.Length == 0)
            {
                difference.NewChains.AddRange(chains);
            }
            else
            {
                difference.RewrittenChains.AddRange(chains);
            }
        }
    }

    private static bool IsSet(SetId need) => need.Role != SetRole.Chains;
}
