namespace Portlight.Nftables.Compiling;

/// <summary>
/// The way of one attachment from one set of elements to another. The kernel commits a transaction at once, but not every set at the same instant, and a
/// packet asks several: one whose port moves from one set to another could find it in neither. So what is open before and after is first put in its new place
/// (<see cref="Prepared"/>: lets in nothing more), then everything changes that means anything, in one transaction (<see cref="Decided"/>), and last what is left over
/// in old places goes (<see cref="After"/>: lets in nothing less). Nearly always the two in the middle are the ends, and it is one transaction.
/// </summary>
internal sealed record Transition(CompiledAttachment Before, CompiledAttachment Prepared, CompiledAttachment Decided, CompiledAttachment After)
{
    internal static Transition Between(CompiledAttachment before, CompiledAttachment after)
    {
        CompiledAttachment prepared = before.With(Covered(after, by: before.Entries, beside: before), after);
        List<Entry> arriving = ReferenceEquals(prepared, before) ? after.Entries : [.. after.Entries.Except(prepared.Entries)];
        CompiledAttachment decided = after.With(Covered(before, by: arriving, beside: after), before);
        return new Transition(before, prepared, decided, after);
    }

    // The elements of one attachment that let in only what some element of `by` lets in from another set, and that can be beside those of another:
    // not there already, and not overlapping with them in an interval set.
    private static List<Entry> Covered(CompiledAttachment one, List<Entry> by, CompiledAttachment beside)
    {
        var covered = new List<Entry>();
        foreach (Entry entry in one.Entries)
        {
            if (beside.Entries.Contains(entry) || PacketBox.Of(entry) is not { } box) continue;
            bool isCovered = by.Exists(cover => cover.Set != entry.Set && PacketBox.Of(cover) is { } larger && larger.Covers(box));
            if (isCovered && !beside.Entries.Exists(other => other.Set == entry.Set && PacketBox.Of(other) is { } near && near.Overlaps(box))) covered.Add(entry);
        }

        return covered;
    }
}
