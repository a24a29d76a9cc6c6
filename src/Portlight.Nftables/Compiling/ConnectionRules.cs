using static Portlight.Nftables.Compiling.PacketNumbers;
using static Portlight.Nftables.Compiling.RuleBuilder;

namespace Portlight.Nftables.Compiling;

/// <summary>
/// Whose a connection is. A reply passes only to the attachment that began the connection, and an attachment has begun one only if the first packet came in by it:
/// what names that place (<see cref="OwnerCode"/>) is put into the connection's label then and compared ever after. What claims an attached place's address and
/// comes from elsewhere is dropped before the kernel remembers a connection of it (it does so behind the last hook).
/// </summary>
internal static class ConnectionRules
{
    private const string BeginChain = "begin";
    private const string ArrivingChain = "arriving";
    private const string AdmitChain = "admit";
    private const string ErrorsChain = "errors";
    private const string HostBeginChain = "host_begin";
    internal const byte FinSynResetAck = 0x17;
    internal const byte Syn = 0x02;
    internal const uint Established = 2;
    internal const uint Related = 4;
    internal const uint NewOrRelated = 8 | Related;
    private const uint SourceTranslated = 16;
    internal const uint DestinationTranslated = 32;

    /// <summary>Where a rule that lets in goes instead of accepting: under drain the connection is to be remembered.</summary>
    internal static string? LetIn(ConnectionPolicy connections) => connections == ConnectionPolicy.Drain ? AdmitChain : null;

    /// <summary>The chains that are always there.</summary>
    internal static IEnumerable<ChainSpec> Chains(ConnectionPolicy connections)
    {
        yield return new ChainSpec(BeginChain, null,
        [
            // The kernel may take up a connection in its middle, and take the first sender for the one who began.
            Rule("no beginning of a TCP connection", rule => rule.ProtocolIs(Tcp).TcpFlagsAreNot(FinSynResetAck, Syn).Return()),
            Rule("who begins it", rule => rule.BegunBy().IsNobody().InputDevice().AddToLabel(SetId.Begins)),
        ]);
        yield return new ChainSpec(ArrivingChain, null,
        [
            Rule("claims an attached place and does not come from there", rule => rule.DeviceTowardsSource().In(SetId.Devices).SourceIsElsewhere().Drop()),
            Rule("may begin a connection", rule => rule.Goto(BeginChain)),
        ]);
        yield return new ChainSpec(ErrorsChain, null, [.. ErrorTypes(rule => rule.Accept())]);
        if (connections == ConnectionPolicy.Drain)
        {
            yield return new ChainSpec(AdmitChain, null,
            [
                Rule("who lets it in", rule => rule.OriginalDirection().AdmittedBy().IsNobody().OutputDevice().AddToLabel(SetId.Admits)),
                Rule("let in", rule => rule.Accept()),
            ]);
        }
    }

    /// <summary>
    /// What comes in. Where this machine is attached, what is for it is filtered here as long as it may be translated, and else where it is delivered: packets of a connection that is known and is not translated
    /// pass two hooks and are looked up in one.
    /// </summary>
    internal static ChainSpec Arrival(bool isHostAttached) => new("prerouting", HookSpec.BeforeDestinationNat, isHostAttached
        ?
        [
            Rule("no packet of a known connection", rule => rule.ConnectionStateIsNot(Established).Goto(HostBeginChain)),
            Rule("the port that was published", rule => rule.ConnectionStatus(DestinationTranslated).Goto(SectionId.Host.Name)),
        ]
        : [Rule("a new connection", rule => rule.ConnectionState(NewOrRelated).Goto(ArrivingChain))]);

    /// <summary>Where this machine is attached: what may begin a connection is filtered as well.</summary>
    internal static ChainSpec HostBegin() => new(HostBeginChain, null,
    [
        Rule("a new connection", rule => rule.ConnectionState(NewOrRelated).Jump(ArrivingChain)),
        Rule("and it may be for this machine", rule => rule.Goto(SectionId.Host.Name)),
    ]);

    /// <summary>What <see cref="Arrival"/> has left to the delivery.</summary>
    internal static RuleSpec NotFilteredOnArrival(string ports) => Rule("a known connection that is not translated", rule =>
        rule.ConnectionState(Established).ConnectionStatusIsNot(DestinationTranslated).Goto(ports));

    /// <summary>
    /// Related by ICMP only: path MTU discovery needs the errors, and a conntrack helper must not open ports. Unreachable, time exceeded, parameter problem; no
    /// redirects and no source quench.
    /// </summary>
    internal static IEnumerable<RuleSpec> ErrorTypes(Action<RuleBuilder> then)
    {
        yield return Rule("unreachable", rule => then(rule.FamilyIs(Ipv4).ProtocolIs(Icmp).IcmpTypeIs(3)));
        yield return Rule("time exceeded, parameter problem", rule => then(rule.FamilyIs(Ipv4).ProtocolIs(Icmp).IcmpTypeBetween(11, 12)));
        yield return Rule("unreachable, too big, time exceeded, parameter problem", rule => then(rule.FamilyIs(Ipv6).ProtocolIs(Icmpv6).IcmpTypeBetween(1, 4)));
    }

    /// <summary>What this machine itself sends; only where it is attached.</summary>
    internal static IEnumerable<RuleSpec> Sending()
    {
        yield return Rule("loopback is not filtered", rule => rule.OutputDeviceIs(LoopbackDevice).Accept());
        yield return Rule("a new connection", rule => rule.ConnectionState(NewOrRelated).Goto(BeginChain));
    }

    /// <summary>
    /// A packet from one of this machine's own addresses that does not come from here. A frame for many may be its own multicast, looped back; a connection that
    /// such a packet begins has no unicast address to which a reply could go.
    /// </summary>
    internal static RuleSpec ClaimsThisMachine() => Rule("claims this machine's address", rule =>
        rule.ConnectionState(NewOrRelated).FrameIsForThisMachine().SourceTypeIs(LocalRoute).Drop());

    /// <summary>What passes because of its connection. The direction is asked first: it parts more packets than the state does.</summary>
    internal static IEnumerable<RuleSpec> OwnConnections(ConnectionPolicy connections, string whose)
    {
        // Only the answering direction passes by state, so every packet of an inbound connection meets the port set. The host's device is none.
        yield return Rule($"replies to what {whose} began", rule => rule.ReplyDirection().ConnectionState(Established).BegunBy().IsWhereItLeaves().Accept());
        if (connections == ConnectionPolicy.Drain)
        {
            yield return Rule("connections that were let in live on", rule =>
                rule.OriginalDirection().ConnectionState(Established).AdmittedBy().IsWhereItLeaves().Accept());
        }
    }

    internal static RuleSpec Errors() => Rule("errors about a connection", rule => rule.ConnectionState(Related).Jump(ErrorsChain));

    /// <summary>RFC 4861: router and neighbour messages and redirects; a hop limit of 255 proves that no router forwarded them.</summary>
    internal static RuleSpec NeighbourDiscovery() => Rule("neighbour discovery", rule => rule.FamilyIs(Ipv6).ProtocolIs(Icmpv6).IcmpTypeBetween(133, 137).HopLimitIs(255).Accept());

    /// <summary>
    /// Replies to what others began through this machine under its address (masquerading). They go on to the side that began: that was no address of this machine, or
    /// the beginning would have been dropped as a claim.
    /// </summary>
    internal static RuleSpec TranslatedReplies() => Rule("replies to what passed under this machine's address", rule =>
        rule.ReplyDirection().ConnectionState(Established).ConnectionStatus(SourceTranslated).Accept());
}
