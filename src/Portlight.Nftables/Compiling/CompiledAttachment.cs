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

    /// <summary>This and another, which have no element in common.</summary>
    internal CompiledAttachment And(CompiledAttachment other) => new([.. Needs, .. other.Needs], [.. Entries, .. other.Entries]);
}
