using System.Collections.Immutable;
using Portlight.Domain;

namespace Portlight.Nftables.Compiling;

/// <summary>What is open under two states of one attachment, private networks included: the rules of the one met with those of the other.</summary>
internal static class CommonPorts
{
    internal static PortSet Of(FilteredAttachment one, FilteredAttachment other) =>
        PortSet.Of(Rules(one).SelectMany(_ => Rules(other), Meet).OfType<PortRule>());

    private static ImmutableArray<PortRule> Rules(FilteredAttachment attachment)
    {
        var trusted = attachment.PrivateSources;
        return trusted.IsEmpty
            ? attachment.Ports.Rules
            : [.. attachment.Ports.Rules, new PortRule(new PortKey(NetworkProtocol.All, -1, -1), [.. trusted.Where(IsIpv4)], [.. trusted.Where(source => !IsIpv4(source))], [])];
    }

    private static PortRule? Meet(PortRule left, PortRule right)
    {
        if (!left.Key.Overlaps(right.Key))
        {
            return null;
        }

        var rule = new PortRule(Meet(left.Key, right.Key), Meet(left.Ipv4Sources, right.Ipv4Sources), Meet(left.Ipv6Sources, right.Ipv6Sources), []);
        return rule.HasSources ? rule : null;
    }

    // Of an ICMP type or code -1 means all, so of two that overlap the higher is the narrower.
    private static PortKey Meet(PortKey left, PortKey right) => (left.Protocol, right.Protocol) switch
    {
        (NetworkProtocol.All, _) => right,
        (_, NetworkProtocol.All) => left,
        (NetworkProtocol.Tcp or NetworkProtocol.Udp, _) => new PortKey(left.Protocol, Math.Max(left.FromPort, right.FromPort), Math.Min(left.ToPort, right.ToPort)),
        _ => new PortKey(left.Protocol, Math.Max(left.FromPort, right.FromPort), Math.Max(left.ToPort, right.ToPort)),
    };

    // Of two blocks that overlap one lies within the other.
    private static ImmutableArray<Cidr> Meet(ImmutableArray<Cidr> left, ImmutableArray<Cidr> right) =>
        [.. left.SelectMany(one => right.Where(other => one.Overlaps(other)).Select(other => one.Contains(other) ? other : one)).Distinct()];

    private static bool IsIpv4(Cidr source) => source.Width == 32;
}
