using Portlight.Nftables.Attributes;
using Portlight.Nftables.Compiling;
using Portlight.Nftables.Netlink;

namespace Portlight.Nftables.Kernel;

/// <summary>What has been counted and noted lives on when a table of ours is made anew, because a set was outgrown or somebody has changed the table beyond repair.</summary>
internal static class TakenOver
{
    /// <summary>Reads it from the table that is to be replaced. False where there is nothing to take over.</summary>
    internal static bool Read(NetlinkSocket socket, ActualTable actual, TableSpec desired, TableDifference difference)
    {
        var isAny = desired.Bridge is { } bridge && actual.Bridge is { } bridged && Read(socket, bridged, bridge, difference.Of(TableFamily.Bridge));
        if (!difference.Rebuild || !actual.Exists)
        {
            return isAny;
        }

        foreach (var set in desired.Sets)
        {
            var isSame = actual.Sets.TryGetValue(set.Name, out var found) && found with { Capacity = 0 } == new ActualSet(set.Flags, set.KeyType, (uint)set.KeyLength, 0);
            if (!isSame || set.IsInterval || (set.Statements.IsEmpty && set.Timeout == 0))
            {
                continue;
            }

            // What packets have put in is taken over as it is, of the rest what is still wanted.
            var wanted = set.Timeout > 0 ? null : desired.Elements.GetValueOrDefault(set.Name, []).Select(element => Convert.ToHexString(element.Key)).ToHashSet(StringComparer.Ordinal);
            StatefulElement.ReadRaw(socket, desired.Table, set.Name, element =>
            {
                if (wanted is null || (element.Nested.TryGet(ElementAttributes.Key, out var key) && key.Nested.TryGet(DataAttributes.Value, out var value) && wanted.Contains(Convert.ToHexString(value.Value))))
                {
                    difference.Carried.Add((set.Name, element.Value.ToArray()));
                }
            });
        }

        return isAny || difference.Carried.Count > 0;
    }
}
