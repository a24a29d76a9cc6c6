using static Portlight.Nftables.Compiling.PacketNumbers;
using static Portlight.Nftables.Compiling.RuleBuilder;

namespace Portlight.Nftables.Compiling;

/// <summary>
/// The chains, and in what order the sets are asked. docs/ruleset.md shows the result. Every path that filters ends in a drop; packets of what is not attached
/// are left alone.
/// </summary>
internal static class Skeleton
{
    internal const string InstanceChain = "instance";

    private const string HostPortsChain = "host_ports";

    /// <summary>The sets that are there under every policy.</summary>
    internal static readonly SetId[] SharedSets =
        [SetId.Attached, SetId.Devices, SetId.Nobody, SetId.Begins, SetId.Owners, SetId.Private, SetId.OpenPorts, SetId.OpenProtocols, SetId.OpenIcmp, SetId.OpenIcmpv6, SetId.OpenAll, SetId.Ranged, SetId.Staging];

    /// <summary>The sets that are there without any attachment.</summary>
    internal static IEnumerable<SetId> SetsOf(ConnectionPolicy connections) => connections == ConnectionPolicy.Drain ? [.. SharedSets, SetId.Admits] : SharedSets;

    /// <summary>Chains that are always there, to be made before those of the sections: a chain comes after those it goes to.</summary>
    internal static IEnumerable<ChainSpec> BeginChains(RulesetOptions options) => ConnectionRules.Chains(options.Connections);

    /// <summary>Chains that are always there, to be made after those of the sections.</summary>
    internal static List<ChainSpec> InstanceChains(RulesetOptions options) =>
    [
        new(InstanceChain, null, [.. ConnectionRules.OwnConnections(options.Connections, "the instance"), .. InstanceRules(ConnectionRules.LetIn(options.Connections))]),
        // By device first: a name can be given to another device, and taken from one. What has an attached name and is not the device that was attached is closed.
        new("postrouting", HookSpec.Leaving,
        [
            Rule("leaves by an attached device", rule => rule.OutputDevice().In(SetId.Devices).Goto(InstanceChain)),
            Rule("another device of an attached name", rule => rule.OutputInterfaceName().In(SetId.Attached).Drop()),
        ]),
    ];

    /// <summary>The chains of a section that exists because of <paramref name="sets"/>, those of its sets that exist.</summary>
    internal static List<ChainSpec> SectionChains(SectionId section, IReadOnlyCollection<SetId> sets, RulesetOptions options)
    {
        string? letIn = ConnectionRules.LetIn(options.Connections);
        return section.Kind switch
        {
            SectionKind.Host =>
            [
                new ChainSpec(HostPortsChain, null, [.. HostRules(options), .. IntervalRules(section, sets, letIn), WhileItChanges(), Closed()]),
                new ChainSpec(section.Name, HookSpec.BeforeDestinationNat, [.. ArrivalRules()]),
                new ChainSpec("host_input", HookSpec.Delivery, [.. DeliveryRules()]),
                new ChainSpec("host_output", HookSpec.Sending, [.. ConnectionRules.Sending()]),
            ],
            SectionKind.Ranged or SectionKind.Staged => [new ChainSpec(section.Name, null, [.. IntervalRules(section, sets, letIn)])],
            _ =>
            [
                new ChainSpec(section.Name, null,
                [
                    Rule("from a peer", rule => rule.InputDevice().In(new SetId(section, SetRole.Peers)).AcceptOrGoto(letIn)),
                    ConnectionRules.Errors(),
                    Rule("a private address is reachable from nowhere else", rule => rule.Drop()),
                ]),
            ],
        };
    }

    // Last: what is found in no other set because it is on the way from one to another.
    private static RuleSpec WhileItChanges() => Rule("open before and after a change under way", rule => rule.OutputDevice().AskMap(SetId.Staging));

    private static RuleSpec Closed() => Rule("not in the port set", rule => rule.Drop());

    private static IEnumerable<RuleSpec> InstanceRules(string? letIn)
    {
        // Before the port set: it opens public addresses only.
        yield return Rule("private addresses are for peers", rule => rule.FamilyIs(Ipv4).OutputDevice().DestinationAddressIpv4(1).AskMap(SetId.Private));
        yield return Rule("a port open to everybody", rule => rule.Family().OutputDevice(1).Protocol(2).DestinationPort(3).In(SetId.OpenPorts).AcceptOrGoto(letIn));
        // Behind the ports, because nearly every packet is for one.
        yield return ConnectionRules.Errors();
        yield return ConnectionRules.NeighbourDiscovery();
        yield return Rule("a protocol open to everybody", rule => rule.Family().OutputDevice(1).Protocol(2).In(SetId.OpenProtocols).AcceptOrGoto(letIn));
        yield return Rule("an ICMP type open to everybody", rule => rule.FamilyIs(Ipv4).ProtocolIs(Icmp).OutputDevice().IcmpType(1).In(SetId.OpenIcmp).AcceptOrGoto(letIn));
        yield return Rule("an ICMPv6 type open to everybody", rule => rule.FamilyIs(Ipv6).ProtocolIs(Icmpv6).OutputDevice().IcmpType(1).In(SetId.OpenIcmpv6).AcceptOrGoto(letIn));
        yield return Rule("everything open to everybody", rule => rule.Family().OutputDevice(1).In(SetId.OpenAll).AcceptOrGoto(letIn));
        yield return Rule("ranges and sources", rule => rule.OutputDevice().AskMap(SetId.Ranged));
        yield return WhileItChanges();
        yield return Closed();
    }

    // Before destination NAT, so that a published port is the one that is asked for. Frames for many are left to `input`: a bridge passes them on to others, too.
    private static IEnumerable<RuleSpec> ArrivalRules()
    {
        yield return Rule("loopback is not filtered", rule => rule.InputDeviceIs(LoopbackDevice).Accept());
        yield return ConnectionRules.ClaimsThisMachine();
        yield return Rule("passes through", rule => rule.DestinationTypeIs(UnicastRoute).Accept());
        yield return Rule("a frame for many: filtered where it is delivered", rule => rule.FrameIsForMany().Accept());
        yield return Rule("for this machine", rule => rule.Goto(HostPortsChain));
    }

    // What reaches this machine although its address did not look so: by policy routing, in a VRF, by a transparent proxy; broadcast and multicast.
    private static IEnumerable<RuleSpec> DeliveryRules()
    {
        yield return Rule("loopback is not filtered", rule => rule.InputDeviceIs(LoopbackDevice).Accept());
        yield return Rule("was filtered on arrival", rule => rule.FrameIsForThisMachine().DestinationTypeIs(LocalRoute).Accept());
        yield return Rule("for this machine", rule => rule.Goto(HostPortsChain));
    }

    private static IEnumerable<RuleSpec> HostRules(RulesetOptions options)
    {
        foreach (RuleSpec rule in ConnectionRules.OwnConnections(options.Connections, "this machine")) yield return rule;
        yield return ConnectionRules.Errors();
        yield return ConnectionRules.NeighbourDiscovery();
        yield return ConnectionRules.TranslatedReplies();
        foreach (ListenAddress listen in options.ListenAddresses.OrderBy(listen => listen.Address).ThenBy(listen => listen.Port)) yield return ControlPlane(listen);
    }

    private static RuleSpec ControlPlane(ListenAddress listen) => Rule("the control plane", rule =>
    {
        rule.FamilyIs(listen.IsIpv4 ? Ipv4 : Ipv6);
        if (!listen.Address.IsAny) rule.DestinationAddressIs(listen.IsIpv4, listen.Address.ToAddress().GetAddressBytes());
        rule.ProtocolIs(Tcp).DestinationPortIs(listen.Port).Accept();
    });

    private static IEnumerable<RuleSpec> IntervalRules(SectionId section, IReadOnlyCollection<SetId> sets, string? letIn)
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
                ? Rule("ports open to everybody", rule => Device(rule).Family(start).Protocol(start + 1).DestinationPort(start + 2).In(set).AcceptOrGoto(letIn))
                : Rule(isIcmp ? "ICMP types by source" : hasPorts ? "ports by source" : "protocols by source", rule =>
                {
                    rule.FamilyIs(isIpv4 ? Ipv4 : Ipv6);
                    if (isIcmp) rule.ProtocolIs(isIpv4 ? Icmp : Icmpv6);
                    Device(rule).SourceAddress(isIpv4, start);
                    if (isIcmp) rule.IcmpType(afterAddress).IcmpCode(afterAddress + 1);
                    else rule.Protocol(afterAddress);
                    if (hasPorts) rule.DestinationPort(afterAddress + 1);
                    rule.In(set).AcceptOrGoto(letIn);
                });
        }

        RuleBuilder Device(RuleBuilder rule) => byDevice ? rule.OutputDeviceForInterval() : rule;
    }
}
