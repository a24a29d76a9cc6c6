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
        CompiledAttachment prepared = before.With(Early(before, after), after);
        List<Entry> arriving = ReferenceEquals(prepared, before) ? after.Entries : [.. after.Entries.Except(prepared.Entries)];
        CompiledAttachment decided = after.With(Late(before, arriving, prepared, after), before);
        return new Transition(before, prepared, decided, after);
    }

    // What is open already, put where it will be looked for.
    private static List<Entry> Early(CompiledAttachment before, CompiledAttachment after)
    {
        List<Entry> early = Covered(after, by: before.Entries, beside: before);
        AddMeetings(early, of: after.Entries.Except(before.Entries), with: before.Entries, beside: before);
        return early;
    }

    // What stays open, left where it was looked for.
    private static List<Entry> Late(CompiledAttachment before, List<Entry> arriving, CompiledAttachment prepared, CompiledAttachment after)
    {
        List<Entry> late = Covered(before, by: arriving, beside: after);
        Entry[] prepares = [.. prepared.Entries.Except(before.Entries)];
        AddMeetings(late, of: before.Entries.Except(after.Entries).Where(left => !arriving.Exists(to => IsPrepared(left, to, prepares))), with: arriving, beside: after);
        return late;
    }

    // Whether what two elements have in common has been put into the set of the second beforehand.
    private static bool IsPrepared(Entry left, Entry to, Entry[] prepares) =>
        PacketBox.Of(left) is { } box && PacketBox.Narrow(to, box) is { } common && prepares.Contains(common);

    // An element that changes sets and its bounds at once: what lies within both is let in by an element of its own, in an interval set, meanwhile.
    private static void AddMeetings(List<Entry> meetings, IEnumerable<Entry> of, List<Entry> with, CompiledAttachment beside)
    {
        foreach (Entry one in of)
        {
            if (one.Element.KeyEnd is null || PacketBox.Of(one) is not { } own) continue;
            foreach (Entry other in with)
            {
                if (other.Set == one.Set || PacketBox.Of(other) is not { } box || box.Covers(own) || own.Covers(box) || PacketBox.Narrow(one, box) is not { } common) continue;
                PacketBox meeting = PacketBox.Of(common)!.Value;
                if (!beside.Entries.Concat(meetings).Any(near => near.Set == common.Set && PacketBox.Of(near) is { } taken && taken.Overlaps(meeting))) meetings.Add(common);
            }
        }
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
