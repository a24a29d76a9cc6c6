namespace Portlight.Nftables.Compiling;

/// <summary>
/// The way of one attachment from one set of elements to another. The kernel commits a transaction at once, but not every set at the same instant, and a
/// packet asks several, one after the other: one whose port moves from one set to another could find it in neither. So where something moves, what is open before and
/// after is put into sets of its own, which are asked last (<see cref="Prepared"/>); then everything changes, in one transaction (<see cref="Decided"/>); then those sets
/// go again (<see cref="After"/>). The first and the last step let in nothing more and nothing less. Nearly always nothing moves, and it is one transaction.
/// Where nothing but ports changes, what else an attachment has in the table stays, and is in none of the four.
/// </summary>
internal sealed record Transition(CompiledAttachment Before, CompiledAttachment Prepared, CompiledAttachment Decided, CompiledAttachment After)
{
    internal static Transition Between(FilteredAttachment? before, FilteredAttachment? after, ConnectionPolicy connections)
    {
        if (before is not null && after is not null && before with { Ports = after.Ports } == after)
        {
            return Between(AttachmentCompiler.CompilePorts(before), AttachmentCompiler.CompilePorts(after), before, after);
        }

        var from = before is null ? CompiledAttachment.Nothing : AttachmentCompiler.Compile(before, connections);
        var to = after is null ? CompiledAttachment.Nothing : AttachmentCompiler.Compile(after, connections);
        return before is null || after is null || before.Device != after.Device ? new Transition(from, from, to, to) : Between(from, to, before, after);
    }

    private static Transition Between(CompiledAttachment from, CompiledAttachment to, FilteredAttachment before, FilteredAttachment after)
    {
        if (!IsMoved(from, to))
        {
            return new Transition(from, from, to, to);
        }

        var staged = AttachmentCompiler.CompileStaged(after with { Ports = CommonPorts.Of(before, after), PrivateSources = [] });
        return new Transition(from, from.And(staged), to.And(staged), to);
    }

    // What a packet asks for in one place is seen as a whole: before the commit or after it.
    private static bool IsMoved(CompiledAttachment from, CompiledAttachment to)
    {
        (var going, var coming) = from.DifferenceTo(to);
        if (going.Count == 0 || coming.Count == 0)
        {
            return false;
        }

        PacketBox[] leaving = [.. Boxes(going)];
        PacketBox[] arriving = [.. Boxes(coming)];
        return leaving.Any(left => arriving.Any(right => left.Place != right.Place && left.Overlaps(right)));
    }

    private static IEnumerable<PacketBox> Boxes(IEnumerable<Entry> entries) => entries.SelectMany(PacketBox.Of);
}
