using Portlight.Domain;
using Portlight.Nftables.Compiling;

namespace Portlight.Nftables.Kernel;

/// <summary>How a set is declared in the kernel. The capacity is 0 where the set grows.</summary>
internal readonly record struct ActualSet(uint Flags, uint KeyType, uint KeyLength, uint Capacity);

/// <summary>What the kernel holds under our table's name, as <see cref="TableReader"/> found it.</summary>
internal sealed class ActualTable
{
    /// <summary>The table of the family bridge, where both were read.</summary>
    internal ActualTable? Bridge { get; set; }

    /// <summary>False when there is no such table; then nothing else is filled in.</summary>
    internal bool Exists { get; set; }

    /// <summary>NFTA_TABLE_FLAGS: ours are in <see cref="TableMark"/>; a dormant one filters nothing.</summary>
    internal uint Flags { get; set; }

    /// <summary>The installation that the table's comment names; null when it names none.</summary>
    internal InstallationId? Installation { get; set; }

    /// <summary>NFTA_TABLE_OWNER: the socket that owns it; null when none does.</summary>
    internal uint? OwnerPortId { get; set; }

    /// <summary>How many chains, sets and other objects the kernel counts in the table.</summary>
    internal uint ObjectCount { get; set; }

    /// <summary>The generation that was read; see <see cref="NftablesBatch.Begin"/>.</summary>
    internal uint Generation { get; set; }

    /// <summary>False when somebody committed something while we were reading.</summary>
    internal bool IsConsistent { get; set; } = true;

    /// <summary>A set has bounds of intervals that are no pairs: we make none such.</summary>
    internal bool HasLoneBounds { get; set; }

    /// <summary>Chains that have rules, with the userdata of each rule in order. Ours all have rules; <see cref="ObjectCount"/> gives away any other.</summary>
    internal Dictionary<string, List<byte[]>> Rules { get; } = new(StringComparer.Ordinal);

    /// <summary>Base chains among <see cref="Rules"/>; those of another type or policy than ours come with a hook that matches nothing.</summary>
    internal Dictionary<string, HookSpec> Hooks { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, ActualSet> Sets { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, HashSet<SetElement>> Elements { get; } = new(StringComparer.Ordinal);

    /// <summary>False when it is not recognisably ours. The object count finds what the dumps cannot show: chains without rules, objects, flowtables.</summary>
    internal bool IsLike(TableSpec desired)
    {
        if (HasLoneBounds || ObjectCount != Rules.Count + Sets.Count)
        {
            return false;
        }

        foreach (var set in desired.Sets)
        {
            if (!Sets.TryGetValue(set.Name, out var found))
            {
                continue;
            }

            if (found with { Capacity = 0 } != new ActualSet(set.Flags, set.KeyType, (uint)set.KeyLength, 0))
            {
                return false;
            }
            // One that grows by itself is an older release's; one that is too small was outgrown.
            var wanted = set.Capacity == 0 ? 0 : Math.Max(1, desired.Elements.GetValueOrDefault(set.Name)?.Count ?? 0);
            if (found.Capacity < wanted)
            {
                return false;
            }
        }

        foreach (var chain in desired.Chains)
        {
            var isHooked = Hooks.TryGetValue(chain.Name, out var hook);
            if (Rules.ContainsKey(chain.Name) && (isHooked ? hook : null) != chain.Hook)
            {
                return false;
            }
        }

        return Array.TrueForAll(desired.SharedSets, set => Sets.ContainsKey(set.Name));
    }
}
