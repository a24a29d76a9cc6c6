using System.Net;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>One packet, as far as port rules look at it.</summary>
/// <param name="Key">A protocol and one port; of ICMP type and code, −1 for whichever.</param>
/// <param name="Source">Where it comes from.</param>
internal sealed record SinglePacket(PortKey Key, IPAddress Source)
{
    /// <summary>As the narrowest rule that lets it in.</summary>
    /// <exception cref="InvalidInputException">It is no rule, or one of more packets.</exception>
    public static SinglePacket Of(PortInfo? info, PortLimits limits)
    {
        if (info.ToInput() is not { } input)
        {
            throw Requests.Invalid([new Problem("packet", "is missing")]);
        }

        if (!PortSet.TryCreate([input], limits, out var set, out var problems))
        {
            throw Requests.Invalid(problems);
        }

        return set.Rules is [{ Protocol: not NetworkProtocol.All, Aliases: [] } rule]
            && (rule.Protocol is not (NetworkProtocol.Tcp or NetworkProtocol.Udp) || rule.FromPort == rule.ToPort)
            && rule.Ipv4Sources.AddRange(rule.Ipv6Sources) is [{ } source] && source.PrefixLength == source.Width
            ? new SinglePacket(rule.Key, source.ToAddress())
            : throw Requests.Invalid([new Problem("packet", "is more than one packet: give one port, or an ICMP type and code, and one address in cidrs or ipv6Cidrs")]);
    }
}
