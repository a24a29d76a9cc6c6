using System.Runtime.InteropServices;

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

    /// <summary>The entries that go and those that come, on the way from this to another. What is the same at both ends of the two is passed over: a change is of one rule among many.</summary>
    internal (List<Entry> Leaving, List<Entry> Arriving) DifferenceTo(CompiledAttachment next)
    {
        ReadOnlySpan<Entry> from = CollectionsMarshal.AsSpan(Entries);
        ReadOnlySpan<Entry> to = CollectionsMarshal.AsSpan(next.Entries);
        var start = from.CommonPrefixLength(to);
        var end = 0;
        while (end < Math.Min(from.Length, to.Length) - start && from[^(end + 1)] == to[^(end + 1)])
        {
            end++;
        }

        return (Without(from[start..^end], to[start..^end]), Without(to[start..^end], from[start..^end]));
    }

    private static List<Entry> Without(ReadOnlySpan<Entry> entries, ReadOnlySpan<Entry> others)
    {
        HashSet<Entry>? index = others.Length > 8 ? [.. others] : null;
        var without = new List<Entry>();
        foreach (var entry in entries)
        {
            if (!(index?.Contains(entry) ?? others.Contains(entry)))
            {
                without.Add(entry);
            }
        }

        return without;
    }
}
