using static Portlight.Nftables.Compiling.RuleBuilder;

namespace Portlight.Nftables.Compiling;

/// <summary>
/// The chains: what is always allowed, and in what order the sets are asked. docs/ruleset.md shows the result. Every path that judges ends in a drop;
/// packets of what is not attached are left alone.
/// </summary>
internal static class Skeleton
{
    internal const string InstanceChain = "instance";

    private const byte Ipv4 = 2;
    private const byte Ipv6 = 10;
    private const byte Icmp = 1;
    private const byte Tcp = 6;
    private const byte Icmpv6 = 58;
    private const uint Established = 2;
    private const uint Related = 4;
    private const uint Loopback = 1;
    private const uint Unicast = 1;

    /// <summary>The sets that are always there.</summary>
    internal static readonly SetId[] SharedSets =
        [SetId.Attached, SetId.Devices, SetId.Private, SetId.OpenPorts, SetId.OpenProtocols, SetId.OpenIcmp, SetId.OpenIcmpv6, SetId.OpenAll, SetId.Ranged];

    /// <summary>The chains that are always there; a chain comes after those it goes to.</summary>
    internal static List<ChainSpec> SharedChains(RulesetOptions options) =>
    [
        new(InstanceChain, null, [.. AlwaysAllowed(options, "the instance"), .. InstanceRules()]),
        new("forward", HookSpec.Forward, [.. ToAttached()]),
        new("output", HookSpec.Output, [.. ToAttached()]),
    ];

    /// <summary>The chain of a section that exists because of <paramref name="sets"/>, those of its sets that exist.</summary>
    internal static ChainSpec SectionChain(SectionId section, IReadOnlyCollection<SetId> sets, RulesetOptions options) => section.Kind switch
    {
        SectionKind.Host => new ChainSpec(section.Name, HookSpec.BeforeDestinationNat, [.. HostRules(options), .. IntervalRules(section, sets), Closed()]),
        SectionKind.Ranged => new ChainSpec(section.Name, null, [.. IntervalRules(section, sets)]),
        _ => new ChainSpec(section.Name, null,
        [
            Rule("from a peer", rule => rule.InputDevice().In(new SetId(section, SetRole.Peers)).Accept()),
            Rule("a private address is reachable from nowhere else", rule => rule.Drop()),
        ]),
    };

    // By device first: a name can be given to another device, and taken from one. What has an attached name and is not the device that was attached is closed.
    private static IEnumerable<RuleSpec> ToAttached()
    {
        yield return Rule("leaves by an attached device", rule => rule.OutputDevice().In(SetId.Devices).Goto(InstanceChain));
        yield return Rule("another device of an attached name", rule => rule.OutputInterfaceName().In(SetId.Attached).Drop());
    }

    private static RuleSpec Closed() => Rule("not in the port set", rule => rule.Drop());

    private static IEnumerable<RuleSpec> AlwaysAllowed(RulesetOptions options, string whose)
    {
        // Cut: only the answering direction passes by state, so every packet of an inbound connection meets the port set.
        yield return options.Connections == ConnectionPolicy.Cut
            ? Rule($"replies to what {whose} began", rule => rule.ConnectionState(Established).ReplyDirection().Accept())
            : Rule("connections that were let in live on", rule => rule.ConnectionState(Established).Accept());

        // Related by ICMP only: path MTU discovery needs the errors, and a conntrack helper must not open ports.
        yield return Rule("errors about a connection", rule => rule.ProtocolIs(Icmp).ConnectionState(Related).Accept());
        yield return Rule("errors about a connection", rule => rule.ProtocolIs(Icmpv6).ConnectionState(Related).Accept());

        // RFC 4861: router and neighbour messages and redirects; a hop limit of 255 proves that no router forwarded them.
        yield return Rule("neighbour discovery", rule => rule.FamilyIs(Ipv6).ProtocolIs(Icmpv6).IcmpTypeBetween(133, 137).HopLimitIs(255).Accept());
    }

    private static IEnumerable<RuleSpec> InstanceRules()
    {
        // Before the port set: it opens public addresses only.
        yield return Rule("private addresses are for peers", rule => rule.FamilyIs(Ipv4).OutputDevice().DestinationAddressIpv4(1).AskMap(SetId.Private));
        yield return Rule("a port open to everybody", rule => rule.Family().OutputDevice(1).Protocol(2).DestinationPort(3).In(SetId.OpenPorts).Accept());
        yield return Rule("a protocol open to everybody", rule => rule.Family().OutputDevice(1).Protocol(2).In(SetId.OpenProtocols).Accept());
        yield return Rule("an ICMP type open to everybody", rule => rule.FamilyIs(Ipv4).ProtocolIs(Icmp).OutputDevice().IcmpType(1).In(SetId.OpenIcmp).Accept());
        yield return Rule("an ICMPv6 type open to everybody", rule => rule.FamilyIs(Ipv6).ProtocolIs(Icmpv6).OutputDevice().IcmpType(1).In(SetId.OpenIcmpv6).Accept());
        yield return Rule("everything open to everybody", rule => rule.Family().OutputDevice(1).In(SetId.OpenAll).Accept());
        yield return Rule("ranges and sources", rule => rule.OutputDevice().AskMap(SetId.Ranged));
        yield return Closed();
    }

    private static IEnumerable<RuleSpec> HostRules(RulesetOptions options)
    {
        yield return Rule("loopback is not judged", rule => rule.InputDeviceIs(Loopback).Accept());
        // What is left is for this machine, broadcast and multicast, or not routable at all.
        yield return Rule("passes through", rule => rule.DestinationTypeIs(Unicast).Accept());
        foreach (RuleSpec rule in AlwaysAllowed(options, "this machine")) yield return rule;
        foreach (ListenAddress listen in options.ListenAddresses.OrderBy(listen => listen.Address).ThenBy(listen => listen.Port)) yield return ControlPlane(listen);
    }

    private static RuleSpec ControlPlane(ListenAddress listen) => Rule("the control plane", rule =>
    {
        rule.FamilyIs(listen.IsIpv4 ? Ipv4 : Ipv6);
        if (!listen.Address.IsAny) rule.DestinationAddressIs(listen.IsIpv4, listen.Address.ToAddress().GetAddressBytes());
        rule.ProtocolIs(Tcp).DestinationPortIs(listen.Port).Accept();
    });

    private static IEnumerable<RuleSpec> IntervalRules(SectionId section, IReadOnlyCollection<SetId> sets)
    {
        bool byDevice = section.Kind != SectionKind.Host;
        int start = byDevice ? 1 : 0;
        foreach (SetId set in sets.OrderBy(set => set.Role))
        {
            bool isIpv4 = set.Role is SetRole.Ports4 or SetRole.Protocols4 or SetRole.Icmp;
            bool isIcmp = set.Role is SetRole.Icmp or SetRole.Icmpv6;
            bool hasPorts = set.Role is SetRole.Ports4 or SetRole.Ports6;
            int afterAddress = start + (isIpv4 ? 1 : 4);
            yield return set.Role == SetRole.OpenRanges
                ? Rule("ports open to everybody", rule => Device(rule).Family(start).Protocol(start + 1).DestinationPort(start + 2).In(set).Accept())
                : Rule(isIcmp ? "ICMP types by source" : hasPorts ? "ports by source" : "protocols by source", rule =>
                {
                    rule.FamilyIs(isIpv4 ? Ipv4 : Ipv6);
                    if (isIcmp) rule.ProtocolIs(isIpv4 ? Icmp : Icmpv6);
                    Device(rule).SourceAddress(isIpv4, start);
                    if (isIcmp) rule.IcmpType(afterAddress).IcmpCode(afterAddress + 1);
                    else rule.Protocol(afterAddress);
                    if (hasPorts) rule.DestinationPort(afterAddress + 1);
                    rule.In(set).Accept();
                });
        }

        RuleBuilder Device(RuleBuilder rule) => byDevice ? rule.OutputDeviceForInterval() : rule;
    }
}
