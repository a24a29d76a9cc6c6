namespace Portlight.Nftables.Compiling;

/// <summary>An element and the set it belongs in.</summary>
internal readonly record struct Entry(SetId Set, SetElement Element);

/// <summary>
/// What one attachment puts into the table. <see cref="Needs"/> are the sets beyond the shared part that must exist for it; a set that no attachment
/// needs does not exist, and a section's chain looks into those of its sets that do.
/// </summary>
internal sealed record CompiledAttachment(List<SetId> Needs, List<Entry> Entries)
{
    internal static readonly CompiledAttachment Nothing = new([], []);

    /// <summary>This and some elements of another, with what those need; this itself when there are none.</summary>
    internal CompiledAttachment With(List<Entry> more, CompiledAttachment other)
    {
        if (more.Count == 0) return this;
        SetId[] needs = [.. more.Select(entry => entry.Set).Where(other.Needs.Contains)];
        IEnumerable<Entry> dispatch = needs.Length == 0 ? [] : other.Entries.Where(entry => entry.Set == SetId.Ranged);
        return new CompiledAttachment([.. Needs.Union(needs)], [.. Entries.Union(dispatch).Union(more)]);
    }
}
