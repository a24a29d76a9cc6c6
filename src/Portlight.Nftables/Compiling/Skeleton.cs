using Portlight.Domain;
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
        [SetId.Attached, SetId.Devices, SetId.Nobody, SetId.Begins, SetId.Owners, SetId.Private, SetId.OpenPorts, SetId.FamilyPorts, SetId.LabPorts, SetId.HostPorts4, SetId.HostPorts6, SetId.OpenProtocols, SetId.OpenIcmp, SetId.OpenIcmpv6, SetId.OpenAll, SetId.Ranged, SetId.LabRanged, SetId.Staging, SetId.Refusing];

    /// <summary>The sets that are there without any attachment.</summary>
    internal static IEnumerable<SetId> SetsOf(RulesetOptions options) =>
        [.. SharedSets, .. options.Connections == ConnectionPolicy.Drain ? [SetId.Admits] : Array.Empty<SetId>(), .. RefusalNotes.SetsOf(TableFamily.Inet, options)];

    /// <summary>Chains that are always there, to be made before those of the sections: a chain comes after those it goes to.</summary>
    internal static IEnumerable<ChainSpec> BeginChains(RulesetOptions options) => [.. ConnectionRules.Chains(options.Connections), .. RefusalNotes.Chains(TableFamily.Inet, options)];

    /// <summary>Chains that are always there, to be made after those of the sections.</summary>
    internal static List<ChainSpec> InstanceChains(RulesetOptions options, bool isHostAttached) =>
    [
        ConnectionRules.Arrival(isHostAttached),
        new(InstanceChain, null, [.. InstanceRules(options)]),
        // By device first: a name can be given to another device, and taken from one. What has an attached name and is not the device that was attached is closed.
        new("postrouting", HookSpec.Leaving,
        [
            Rule("leaves by an attached device", rule => rule.OutputDevice().In(SetId.Devices).Goto(InstanceChain)),
            Rule("another device of an attached name", rule => rule.OutputInterfaceName().In(SetId.Attached).Drop()),
            .. options.ClosedNames.Select(pattern => Rule("a closed name that is not attached", rule => rule.OutputInterfaceNameBegins(NamePattern.PrefixOf(pattern)).Drop())),
        ]),
    ];

    /// <summary>The chains of a section that exists because of <paramref name="sets"/>, those of its sets that exist.</summary>
    internal static List<ChainSpec> SectionChains(SectionId section, IReadOnlyCollection<SetId> sets, RulesetOptions options)
    {
        var letIn = ConnectionRules.LetIn(options.Connections);
        return section.Kind switch
        {
            SectionKind.Host =>
            [
                new ChainSpec(HostPortsChain, null, [.. HostRules(options)]),
                new ChainSpec(section.Name, null, [.. ArrivalRules(letIn)]),
                ConnectionRules.HostBegin(),
                new ChainSpec("host_input", HookSpec.Delivery, [.. DeliveryRules(letIn, options.CountsPackets)]),
                new ChainSpec("host_output", HookSpec.Sending, [.. ConnectionRules.Sending()]),
            ],
            SectionKind.Bridged => BridgedConnections.Chains(),
            SectionKind.Ranged or SectionKind.Staged => [new ChainSpec(section.Name, null, [.. IntervalRules(section, sets, section.Table == TableFamily.Bridge ? null : letIn)])],
            _ =>
            [
                new ChainSpec(section.Name, null,
                [
                    Rule("from a peer", rule => rule.InputDevice().In(new SetId(section, SetRole.Peers)).AcceptOrGoto(letIn)),
                    ConnectionRules.Errors(),
                    .. RefusalNotes.Refuse(TableFamily.Inet, "a private address is reachable from nowhere else", options),
                ]),
            ],
        };
    }

    // Last: what is found in no other set because it is on the way from one to another.
    private static RuleSpec WhileItChanges() => Rule("open before and after a change under way", rule => rule.OutputDevice().AskMap(SetId.Staging));

    private static IEnumerable<RuleSpec> Closed(RulesetOptions options) => RefusalNotes.Refuse(TableFamily.Inet, "not in the port set", options);

    // Which direction a packet goes costs next to nothing, and the label is asked of replies only. Then the ports: nearly every packet is for one that is open to everybody, and one lookup decides.
    private static IEnumerable<RuleSpec> InstanceRules(RulesetOptions options)
    {
        var letIn = ConnectionRules.LetIn(options.Connections);
        foreach (var rule in ConnectionRules.OwnConnections(options.Connections, "the instance"))
        {
            yield return rule;
        }

        yield return OpenPort(letIn);
        yield return Ranges("ranges and sources", SetId.Ranged);
        yield return Rule("a port open to everybody of one family", rule => rule.Family().OutputDevice(1).Protocol(2).DestinationPort(3).In(SetId.FamilyPorts).AcceptOrGoto(letIn));
        // Before the rest of the port set, which opens public addresses only. What has private addresses is in none of the sets before with an IPv4 port.
        yield return Rule("private addresses are for peers", rule => rule.FamilyIs(Ipv4).OutputDevice().DestinationAddressIpv4(1).AskMap(SetId.Private));
        yield return Rule("a port open to everybody beside private addresses", rule => rule.FamilyIs(Ipv4).OutputDevice().Protocol(1).DestinationPort(2).In(SetId.LabPorts).AcceptOrGoto(letIn));
        foreach (var rule in RestOfPorts(letIn))
        {
            yield return rule;
        }

        yield return Ranges("ranges and sources beside private addresses", SetId.LabRanged);
        yield return WhileItChanges();
        foreach (var rule in Closed(options))
        {
            yield return rule;
        }
    }

    private static RuleSpec Ranges(string comment, SetId dispatch) => Rule(comment, rule => rule.OutputDevice().AskMap(dispatch));

    private static RuleSpec OpenPort(string? letIn) =>
        Rule("a port open to everybody", rule => rule.OutputDevice().Protocol(1).DestinationPort(2).In(SetId.OpenPorts).AcceptOrGoto(letIn));

    // What nearly no packet is for.
    private static IEnumerable<RuleSpec> RestOfPorts(string? letIn)
    {
        yield return ConnectionRules.Errors();
        yield return ConnectionRules.NeighbourDiscovery();
        yield return Rule("a protocol open to everybody", rule => rule.Family().OutputDevice(1).Protocol(2).In(SetId.OpenProtocols).AcceptOrGoto(letIn));
        yield return Rule("an ICMP type open to everybody", rule => rule.FamilyIs(Ipv4).ProtocolIs(Icmp).OutputDevice().IcmpType(1).In(SetId.OpenIcmp).AcceptOrGoto(letIn));
        yield return Rule("an ICMPv6 type open to everybody", rule => rule.FamilyIs(Ipv6).ProtocolIs(Icmpv6).OutputDevice().IcmpType(1).In(SetId.OpenIcmpv6).AcceptOrGoto(letIn));
        yield return Rule("everything open to everybody", rule => rule.Family().OutputDevice(1).In(SetId.OpenAll).AcceptOrGoto(letIn));
    }

    // Before destination NAT, so that a published port is the one that is asked for. Frames for many are left to `input`: a bridge passes them on to others, too.
    private static IEnumerable<RuleSpec> ArrivalRules(string? letIn)
    {
        yield return Rule("loopback is not filtered", rule => rule.InputDeviceIs(LoopbackDevice).Accept());
        yield return ConnectionRules.ClaimsThisMachine();
        // What passes through is accepted anyway, and not to ask where a packet goes saves most of what this costs. Under drain it must be known before it is remembered.
        if (letIn is null)
        {
            yield return HostPort4(letIn);
            yield return HostPort6(letIn);
        }

        yield return Rule("passes through", rule => rule.DestinationTypeIs(UnicastRoute).Accept());
        yield return Rule("a frame for many: filtered where it is delivered", rule => rule.FrameIsForMany().Accept());
        yield return Rule("for this machine", rule => rule.Goto(HostPortsChain));
    }

    // What was left to here on arrival, and what reaches this machine although its address did not look so: by policy routing, in a VRF, by a transparent proxy; broadcast and multicast.
    private static IEnumerable<RuleSpec> DeliveryRules(string? letIn, bool countsPackets)
    {
        if (countsPackets)
        {
            // They are let in below as well, and would be counted again by the port that they have found on arrival.
            yield return Rule("was counted on arrival", rule => rule.ConnectionStateIsNot(ConnectionRules.Established).FrameIsForThisMachine().DestinationTypeIs(LocalRoute).Accept());
            yield return Rule("was counted on arrival, as published", rule => rule.ConnectionStatus(ConnectionRules.DestinationTranslated).FrameIsForThisMachine().DestinationTypeIs(LocalRoute).Accept());
        }

        // Before anything that is no header: most packets of this machine get no further.
        if (letIn is null)
        {
            yield return HostPort4(letIn);
        }

        yield return Rule("loopback is not filtered", rule => rule.InputDeviceIs(LoopbackDevice).Accept());
        if (letIn is null)
        {
            yield return HostPort6(letIn);
        }

        yield return ConnectionRules.NotFilteredOnArrival(HostPortsChain);
        yield return Rule("was filtered on arrival", rule => rule.FrameIsForThisMachine().DestinationTypeIs(LocalRoute).Accept());
        yield return Rule("for this machine", rule => rule.Goto(HostPortsChain));
    }

    // Under cut the open ports were asked for by every packet that comes here.
    private static IEnumerable<RuleSpec> HostRules(RulesetOptions options)
    {
        var letIn = ConnectionRules.LetIn(options.Connections);
        foreach (var rule in ConnectionRules.OwnConnections(options.Connections, "this machine"))
        {
            yield return rule;
        }

        yield return ConnectionRules.TranslatedReplies();
        foreach (var listen in options.ListenAddresses.OrderBy(listen => listen.Address).ThenBy(listen => listen.Port))
        {
            yield return ControlPlane(listen);
        }

        if (letIn is not null)
        {
            yield return HostPort4(letIn);
            yield return HostPort6(letIn);
        }

        yield return Ranges("ranges and sources", SetId.Ranged);
        foreach (var rule in RestOfPorts(letIn))
        {
            yield return rule;
        }

        yield return WhileItChanges();
        foreach (var rule in Closed(options))
        {
            yield return rule;
        }
    }

    private static RuleSpec HostPort4(string? letIn) =>
        Rule("a port open to everybody by IPv4", rule => rule.HeaderIsIpv4().ProtocolOfIpv4(0).DestinationPort(1).In(SetId.HostPorts4).AcceptOrGoto(letIn));

    private static RuleSpec HostPort6(string? letIn) =>
        Rule("a port open to everybody by IPv6", rule => rule.FamilyIs(Ipv6).Protocol().DestinationPort(1).In(SetId.HostPorts6).AcceptOrGoto(letIn));

    private static RuleSpec ControlPlane(ListenAddress listen) => Rule("the control plane", rule =>
    {
        rule.FamilyIs(listen.IsIpv4 ? Ipv4 : Ipv6);
        if (!listen.Address.IsAny)
        {
            rule.DestinationAddressIs(listen.IsIpv4, listen.Address.ToAddress().GetAddressBytes());
        }

        rule.ProtocolIs(Tcp).DestinationPortIs(listen.Port).Accept();
    });

    // A packet for a port is looked up by it, one of ICMP by type and code. Protocols without ports are open whole or not at all, whatever stands where ports would; that may be nothing.
    private static IEnumerable<RuleSpec> IntervalRules(SectionId section, IReadOnlyCollection<SetId> sets, string? letIn)
    {
        var spans = new SetId(section, SetRole.Spans);
        foreach (var set in sets.Where(set => set.Role != SetRole.Spans).OrderBy(set => set.Role))
        {
            if (set.Role == SetRole.OpenRanges)
            {
                yield return RuleBuilder.Rule(section.Table, "ports open to everybody", rule => rule.OutputDevice().Family(1).Protocol(2).DestinationPort(3).In(set).AcceptOrGoto(letIn));
                continue;
            }

            var isIpv4 = set.Role == SetRole.Sources4;
            var family = isIpv4 ? Ipv4 : Ipv6;
            var icmp = isIpv4 ? Icmp : Icmpv6;
            yield return Rule("ports by source", rule => From(Begin(rule).ProtocolIsNot(icmp, 2).DestinationPort(3)));
            yield return Rule("ICMP types by source", rule => From(Begin(rule).ProtocolIs(icmp, 2).IcmpTypeAndCode(3)));
            yield return Rule("protocols without ports by source", rule => From(Begin(rule).ProtocolIsNot(Tcp, 2).ProtocolIsNot(Udp, 2).ProtocolIsNot(icmp, 2).AnyPort(isIpv4, 3)));

            RuleBuilder Begin(RuleBuilder rule) => rule.FamilyIs(family, 1);

            RuleSpec Rule(string comment, Action<RuleBuilder> build) => RuleBuilder.Rule(section.Table, comment, build);

            RuleBuilder From(RuleBuilder rule) => rule.OutputDevice().MayComeFromSource(isIpv4, spans, set).AcceptOrGoto(letIn);
        }
    }
}
