using Portlight.Console.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Networking;

/// <summary>What a draft makes of one packet, by what the server says that becomes of packets.</summary>
internal static class DraftVerdict
{
    /// <summary>Whether it is let in afterwards; null where the draft makes no difference to it.</summary>
    /// <param name="effects">What becomes of packets by the draft.</param>
    /// <param name="packet">One port, or type of ICMP, and one source.</param>
    public static bool? Of(IEnumerable<PortChangeEffect> effects, PortRule packet)
    {
        if (packet.Sources is not [var source] || !AddressBlock.TryRead(source, out var from) || effects.FirstOrDefault(effect => Covers(effect, packet)) is not { } found)
        {
            return null;
        }

        var (before, after) = (Holds(found.Before, from), Holds(found.After, from));
        return before == after ? null : after;
    }

    private static bool Covers(PortChangeEffect effect, PortRule packet) => effect.Protocol == packet.Protocol
        && (packet.Protocol is "tcp" or "udp" ? effect.FromPort <= packet.FromPort && packet.FromPort <= effect.ToPort : effect.FromPort < 0 || effect.FromPort == packet.FromPort);

    private static bool Holds(PacketSources sources, AddressBlock from) => sources.Cidrs.Concat(sources.Ipv6Cidrs).Any(text => AddressBlock.TryRead(text, out var block) && block.Holds(from));
}
