using Portlight.Nftables.Compiling;

namespace Portlight.Nftables.Kernel;

/// <summary>
/// What we last put into the kernel, remembered as the attachments themselves: their elements are compiled again when they change, which is cheaper than
/// keeping them. Computes the difference that a change of a few attachments makes, at a cost that does not depend on the others.
/// </summary>
internal sealed class AppliedPicture
{
    private readonly RulesetOptions _options;
    private readonly Dictionary<string, JudgedAttachment> _attachments;
    private readonly SectionNeeds _needs;

    internal AppliedPicture(Ruleset ruleset, SectionNeeds needs)
    {
        _options = ruleset.Options;
        _attachments = new Dictionary<string, JudgedAttachment>(ruleset.Attachments, StringComparer.Ordinal);
        _needs = needs;
    }

    internal Ruleset ToRuleset() => new(_options, _attachments.Values);

    /// <summary>The difference, and what to remember once the kernel has taken it.</summary>
    internal (TableDifference Difference, Action Remember) Change(ReadOnlySpan<JudgedAttachment> put, ReadOnlySpan<string> remove)
    {
        // The last word on each attachment counts.
        var after = new Dictionary<string, JudgedAttachment?>(put.Length + remove.Length, StringComparer.Ordinal);
        foreach (JudgedAttachment attachment in put) after[attachment.Key] = attachment;
        foreach (string key in remove) after[key] = null;

        var removed = new Dictionary<SetId, List<SetElement>>();
        var added = new Dictionary<SetId, List<SetElement>>();
        var needs = new Dictionary<SetId, int>();
        foreach ((string key, JudgedAttachment? attachment) in after)
        {
            CompiledAttachment before = _attachments.TryGetValue(key, out JudgedAttachment? known) ? AttachmentCompiler.Compile(known) : CompiledAttachment.Nothing;
            CompiledAttachment now = attachment is null ? CompiledAttachment.Nothing : AttachmentCompiler.Compile(attachment);
            Subtract(before.Entries, now.Entries, removed);
            Subtract(now.Entries, before.Entries, added);
            foreach (SetId set in before.Needs) needs[set] = needs.GetValueOrDefault(set) - 1;
            foreach (SetId set in now.Needs) needs[set] = needs.GetValueOrDefault(set) + 1;
        }

        var difference = new TableDifference();
        CompareSections(needs, difference);
        // What goes with its set need not be removed from it.
        difference.Removed.AddRange(removed.Where(change => !difference.DeadSets.Contains(change.Key.Name)).Select(change => new ElementChange(change.Key.Name, change.Value)));
        difference.Added.AddRange(added.Select(change => new ElementChange(change.Key.Name, change.Value)));
        return (difference, () => Remember(after, needs));
    }

    private static void Subtract(List<Entry> from, List<Entry> what, Dictionary<SetId, List<SetElement>> into)
    {
        HashSet<Entry>? index = what.Count > 8 ? [.. what] : null;
        foreach (Entry entry in from)
        {
            if (index?.Contains(entry) ?? what.Contains(entry)) continue;
            if (!into.TryGetValue(entry.Set, out List<SetElement>? list)) into[entry.Set] = list = [];
            list.Add(entry.Element);
        }
    }

    private void CompareSections(Dictionary<SetId, int> needs, TableDifference difference)
    {
        foreach (IGrouping<SectionId, KeyValuePair<SetId, int>> section in needs.Where(need => need.Value != 0).GroupBy(need => need.Key.Section))
        {
            SetId[] before = _needs.SetsOf(section.Key);
            SetId[] now = [.. _needs.SetsOfAfter(section.Key, section)];
            if (before.AsSpan().SequenceEqual(now)) continue;
            difference.NewSets.AddRange(now.Except(before).Select(SetSpec.Of));
            difference.DeadSets.AddRange(before.Except(now).Select(set => set.Name));
            if (now.Length == 0) difference.DeadChains.Add(section.Key.Name);
            else if (before.Length == 0) difference.NewChains.Add(Skeleton.SectionChain(section.Key, now, _options));
            else difference.RewrittenChains.Add(Skeleton.SectionChain(section.Key, now, _options));
        }
    }

    private void Remember(Dictionary<string, JudgedAttachment?> after, Dictionary<SetId, int> needs)
    {
        foreach ((string key, JudgedAttachment? attachment) in after)
        {
            if (attachment is null) _attachments.Remove(key);
            else _attachments[key] = attachment;
        }

        foreach ((SetId set, int count) in needs) _needs.Add(set, count);
    }
}
