using System.Collections.Immutable;
using System.Net.Sockets;

namespace Portlight.Domain;

/// <summary>The sources that a rule lets packets of a kind in from: a <see cref="Cidr"/> each, and the name of each alias that stands for no block of theirs.</summary>
internal static class RuleSources
{
    public static IReadOnlyList<object> Of(PortRule rule, PacketRange packets, IReadOnlyDictionary<string, ImmutableArray<Cidr>> aliases)
    {
        var all = new HashSet<object>();
        foreach (var block in rule.Ipv4Sources.Concat(rule.Ipv6Sources).Where(block => IsOf(block, packets)))
        {
            all.Add(block);
        }

        foreach (var alias in rule.Aliases)
        {
            var blocks = aliases.TryGetValue(alias, out var known) ? known.Where(block => IsOf(block, packets)).ToList() : [];
            if (blocks.Count == 0)
            {
                all.Add(alias);
            }
            else
            {
                all.UnionWith(blocks.Cast<object>());
            }
        }

        return [.. all];
    }

    private static bool IsOf(Cidr block, PacketRange packets) => block.Family == AddressFamily.InterNetwork ? packets.HasIpv4 : packets.HasIpv6;
}
