using System.Collections.Immutable;
using System.Net;
using Portlight.Domain;

namespace Portlight.Lightsail;

/// <summary>The kernel counts by parts of what is open, into which rules are cut and joined. Each belongs to the first rule that lets in the packet by which it is known.</summary>
internal sealed class RulesOfParts
{
    private readonly PortRule[][] _resolved;

    public RulesOfParts(PortSet ports, IReadOnlyDictionary<string, ImmutableArray<Cidr>> aliases)
    {
        Rules = ports.Rules;
        _resolved = [.. Rules.Select(rule => PortSet.Of(rule).Resolve(aliases).Rules.ToArray())];
    }

    public ImmutableArray<PortRule> Rules { get; }

    /// <summary>The place of the rule; -1: what was put since the kernel was asked lets in none of it.</summary>
    public int Find(NetworkProtocol protocol, int port, IPAddress source) => Array.FindIndex(_resolved, parts => Array.Exists(parts, part => LetsIn(part, protocol, port, source)));

    private static bool LetsIn(PortRule rule, NetworkProtocol protocol, int port, IPAddress source) => protocol switch
    {
        NetworkProtocol.All => rule.Protocol == NetworkProtocol.All && rule.Ipv4Sources.Concat(rule.Ipv6Sources).Any(block => block.Contains(source)),
        NetworkProtocol.Icmp or NetworkProtocol.Icmpv6 => rule.LetsIn(new PortKey(protocol, port >> 8, port & 0xff), source),
        _ => rule.LetsIn(new PortKey(protocol, port, port), source),
    };
}
