using System.Collections.Immutable;
using System.Net;
using Portlight.Domain;

namespace Portlight.Lightsail;

/// <summary>Which sources reach which port of this machine under a port set and the networks that are not filtered.</summary>
/// <param name="Ports">With aliases resolved; null where nothing is filtered.</param>
/// <param name="PrivateSources">Networks whose packets pass whatever is open.</param>
internal sealed record HostReach(PortSet? Ports, ImmutableArray<Cidr> PrivateSources)
{
    /// <summary>A machine that is not attached.</summary>
    public static HostReach Everything { get; } = new(null, []);

    /// <summary>Of this machine as an instance has it; everything when there is none or it is attached elsewhere.</summary>
    public static HostReach Of(Instance? instance, PortLimits limits) =>
        instance is { Attachment: Attachment.ThisHost } ? Of(instance.Attachment, instance.Ports, limits) : Everything;

    public static HostReach Of(Attachment attachment, PortSet ports, PortLimits limits) =>
        attachment is Attachment.ThisHost host ? new(ports.Resolve(limits.Aliases), host.PrivateSources) : Everything;

    /// <summary>Whether a new connection of that protocol from that address to that port would be let in.</summary>
    public bool LetsIn(NetworkProtocol protocol, int port, IPAddress from)
    {
        if (Ports is null || PrivateSources.Any(network => network.Contains(from)))
        {
            return true;
        }

        var source = Cidr.Of(from);
        return Ports.Rules.Any(rule => Carries(rule, protocol, port) && rule.Ipv4Sources.Concat(rule.Ipv6Sources).Any(block => block.Contains(source)));
    }

    /// <summary>Whether each of these ports lets in somebody who is filtered. A null protocol is one that only a rule for all of them carries.</summary>
    public bool LetsInSomebody(NetworkProtocol? protocol, int from, int to)
    {
        if (Ports is null || AreAllPrivate)
        {
            return true;
        }

        var next = from;
        foreach (var (first, last) in Ports.Rules.Where(rule => rule.HasSources).Select(rule => Carried(rule, protocol)).Order())
        {
            if (first > next || next > to)
            {
                break;
            }

            next = Math.Max(next, last + 1);
        }

        return next > to;
    }

    /// <summary>Whether the networks that are not filtered leave nobody of a family who is.</summary>
    private bool AreAllPrivate => PrivateSources.Length > 0
        && new Attachment.ThisHost([], PrivateSources).PrivateRule is { } rule
        && PortCoverage.Of(PortSet.Of(rule), ImmutableDictionary<string, ImmutableArray<Cidr>>.Empty).IsOpenToAll(rule.Key);

    private static bool Carries(PortRule rule, NetworkProtocol protocol, int port) => Carried(rule, protocol) is var (first, last) && first <= port && port <= last;

    /// <summary>The ports of TCP or UDP that a rule carries; nothing is a range that ends before it begins.</summary>
    private static (int First, int Last) Carried(PortRule rule, NetworkProtocol? protocol) =>
        rule.Protocol == NetworkProtocol.All ? (0, 65535) : rule.Protocol == protocol ? (rule.FromPort, rule.ToPort) : (0, -1);
}
