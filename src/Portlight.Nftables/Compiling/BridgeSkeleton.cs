using static Portlight.Nftables.Compiling.PacketNumbers;

namespace Portlight.Nftables.Compiling;

/// <summary>
/// The chains of the table bridge, which filters what leaves by attached ports of bridges: docs/ruleset.md shows it. There is no connection tracking in this family that every kernel
/// has: whose reply a frame is, the table inet tells by a mark (<see cref="BridgedConnections"/>). Every path that filters ends in a drop.
/// </summary>
internal static class BridgeSkeleton
{
    private const ushort DhcpServer = 67;
    private const ushort DhcpClient = 68;
    private const ushort Dhcpv6Server = 547;
    private const ushort Dhcpv6Client = 546;

    internal static readonly SetId[] SharedSets =
    [
        .. new[]
        {
            SetRole.Attached, SetRole.Devices, SetRole.Arrivals, SetRole.Replies, SetRole.OpenPorts, SetRole.FamilyPorts, SetRole.OpenProtocols, SetRole.OpenIcmp, SetRole.OpenIcmpv6, SetRole.OpenAll, SetRole.Ranged, SetRole.Staging, SetRole.Refusing,
        }.Select(Set),
    ];

    /// <summary>Chains that are always there, to be made after those of the sections.</summary>
    internal static List<ChainSpec> Chains(RulesetOptions options) =>
    [
        new("prerouting", HookSpec.BeforeBridgeNetfilter, [Rule("by which port it comes in", rule => rule.InputDevice().SetMarkFrom(SetId.Arrivals))]),
        new(Skeleton.InstanceChain, null, [.. InstanceRules(options)]),
        new("postrouting", HookSpec.LeavingByPort,
        [
            Rule("leaves by an attached device", rule => rule.OutputDevice().In(Set(SetRole.Devices)).Goto(Skeleton.InstanceChain)),
            Rule("another device of an attached name", rule => rule.OutputInterfaceName().In(Set(SetRole.Attached)).Drop()),
            .. options.ClosedNames.Select(pattern => Rule("a closed name that is not attached", rule => rule.OutputInterfaceNameBegins(Domain.NamePattern.PrefixOf(pattern)).Drop())),
            Rule("the mark has served", rule => rule.MarkIs(BridgeMark.Error).SetMark(0)),
        ]),
    ];

    private static IEnumerable<RuleSpec> InstanceRules(RulesetOptions options)
    {
        yield return Rule("ARP", rule => rule.FrameCarries(EtherArp).Accept());
        yield return Rule("neither IPv4 nor IPv6, or in a VLAN", rule => rule.FrameCarriesNeither(EtherIpv4, EtherIpv6).Drop());
        yield return Rule("replies to what the instance began", rule => rule.Mark().OutputDevice(1).In(SetId.Replies).SetMark(0).Accept());
        yield return Rule("errors about a connection", rule => rule.MarkIs(BridgeMark.Error).SetMark(0).Accept());
        yield return Rule("a port open to everybody", rule => rule.OutputDevice().Protocol(1).DestinationPort(2).In(Set(SetRole.OpenPorts)).Accept());
        yield return Rule("ranges and sources", rule => rule.OutputDevice().AskMap(Set(SetRole.Ranged)));
        yield return Rule("a port open to everybody of one family", rule => rule.Family().OutputDevice(1).Protocol(2).DestinationPort(3).In(Set(SetRole.FamilyPorts)).Accept());
        yield return Rule("neighbour discovery", rule => rule.FamilyIs(Ipv6).ProtocolIs(Icmpv6).IcmpTypeBetween(133, 137).HopLimitIs(255).Accept());
        yield return Rule("answers of DHCP", rule => rule.FamilyIs(Ipv4).ProtocolIs(Udp).PortsAre(DhcpServer, DhcpClient).Accept());
        yield return Rule("answers of DHCPv6", rule => rule.FamilyIs(Ipv6).ProtocolIs(Udp).SourceIsLinkLocal().PortsAre(Dhcpv6Server, Dhcpv6Client).Accept());
        yield return Rule("a protocol open to everybody", rule => rule.Family().OutputDevice(1).Protocol(2).In(Set(SetRole.OpenProtocols)).Accept());
        yield return Rule("an ICMP type open to everybody", rule => rule.FamilyIs(Ipv4).ProtocolIs(Icmp).OutputDevice().IcmpType(1).In(Set(SetRole.OpenIcmp)).Accept());
        yield return Rule("an ICMPv6 type open to everybody", rule => rule.FamilyIs(Ipv6).ProtocolIs(Icmpv6).OutputDevice().IcmpType(1).In(Set(SetRole.OpenIcmpv6)).Accept());
        yield return Rule("everything open to everybody", rule => rule.Family().OutputDevice(1).In(Set(SetRole.OpenAll)).Accept());
        yield return Rule("open before and after a change under way", rule => rule.OutputDevice().AskMap(Set(SetRole.Staging)));
        foreach (var rule in RefusalNotes.Refuse(TableFamily.Bridge, "not in the port set", options))
        {
            yield return rule;
        }
    }

    private static SetId Set(SetRole role) => new(SectionId.OfBridges, role);

    private static RuleSpec Rule(string comment, Action<RuleBuilder> build) => RuleBuilder.Rule(TableFamily.Bridge, comment, build);
}
