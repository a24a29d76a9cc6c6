using static Portlight.Nftables.Compiling.RuleBuilder;

namespace Portlight.Nftables.Compiling;

/// <summary>
/// The part of the table inet that is there for guests on bridges. br_netfilter shows it their packets, as the bridge's and not the port's. So the table bridge marks what comes
/// in by an attached port; here the mark becomes the label that says who began the connection (<see cref="ConnectionRules"/>). And here replies are marked for
/// the port of its owner, which the table bridge compares with the port that they leave by.
/// </summary>
internal static class BridgedConnections
{
    private const string BeginChain = "bridged_begin";
    private const string TellChain = "bridged_tell";
    private const string ErrorsChain = "bridged_errors";

    internal static List<ChainSpec> Chains() =>
    [
        new(BeginChain, null,
        [
            Rule("no beginning of a TCP connection", rule => rule.ProtocolIs(PacketNumbers.Tcp).TcpFlagsAreNot(ConnectionRules.FinSynResetAck, ConnectionRules.Syn).Return()),
            Rule("who begins it", rule => rule.BegunBy().IsNobody().Mark().AddToLabel(SetId.MarkedBegins)),
        ]),
        new("bridged_prerouting", HookSpec.BeforeDestinationNat,
        [
            Rule("a new connection", rule => rule.ConnectionState(ConnectionRules.NewOrRelated).MarkIsOfKind(BridgeMark.Arrival).Jump(BeginChain)),
            Rule("the mark has served", rule => rule.MarkIsOfKind(BridgeMark.Arrival).SetMark(0)),
        ]),
        new(ErrorsChain, null, [.. ConnectionRules.ErrorTypes(rule => rule.SetMark(BridgeMark.Error))]),
        new(TellChain, null,
        [
            Rule("replies, for the port of who began", rule => rule.ReplyDirection().ConnectionState(ConnectionRules.Established).BegunBy().Zeroes(6, 2).SetMarkFrom(SetId.MarkedOwners, 4)),
            Rule("errors about a connection", rule => rule.LeavesByBridge().ConnectionState(ConnectionRules.Related).Jump(ErrorsChain)),
        ]),
        new("bridged_forward", HookSpec.PassingOn, [Rule("what is passed on", rule => rule.Jump(TellChain))]),
        new("bridged_output", HookSpec.SendingLast, [Rule("what this machine sends", rule => rule.Jump(TellChain))]),
    ];
}
