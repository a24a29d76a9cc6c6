using System.Collections.Immutable;
using System.Net;
using Portlight.Domain;

namespace Portlight.Server.Operations.Ports;

/// <summary>Who reaches which port of this machine under a port set and the networks that are not judged.</summary>
/// <param name="Ports">With aliases resolved; null where nothing is judged.</param>
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
        return Ports.Rules.Any(rule => Carries(rule, protocol, port, port) && rule.Ipv4Sources.Concat(rule.Ipv6Sources).Any(block => block.Contains(source)));
    }

    /// <summary>Whether somebody that is judged would be let in to one of these ports.</summary>
    public bool LetsInSomebody(NetworkProtocol protocol, int from, int to) =>
        Ports is null || Ports.Rules.Any(rule => rule.HasSources && Carries(rule, protocol, from, to));

    private static bool Carries(PortRule rule, NetworkProtocol protocol, int from, int to) => rule.Key.Overlaps(new PortKey(protocol, from, to));
}
