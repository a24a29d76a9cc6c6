using System.Text;
using Portlight.Nftables.Attributes;
using static Portlight.Nftables.Compiling.RuleBuilder;

namespace Portlight.Nftables.Compiling;

/// <summary>What only rules about frames and their marks load, compare and set.</summary>
internal static class BridgeExpressions
{
    private const int NameLength = 16;

    /// <summary>What the frame says that it carries. A VLAN's tag is that, also where the kernel keeps it beside the frame.</summary>
    internal static RuleBuilder FrameCarries(this RuleBuilder rule, ushort type) => rule.FrameType().Compare(CompareAttributes.Equal, Bytes(type));

    internal static RuleBuilder FrameCarriesNeither(this RuleBuilder rule, ushort one, ushort other) =>
        rule.FrameType().Compare(CompareAttributes.NotEqual, Bytes(one)).Compare(CompareAttributes.NotEqual, Bytes(other));

    internal static RuleBuilder PortsAre(this RuleBuilder rule, ushort from, ushort to) =>
        rule.Payload(PayloadAttributes.TransportHeader, 0, 4, 0).Compare(CompareAttributes.Equal, [.. Bytes(from), .. Bytes(to)]);

    /// <summary>From fe80::/10.</summary>
    internal static RuleBuilder SourceIsLinkLocal(this RuleBuilder rule) =>
        rule.Payload(PayloadAttributes.NetworkHeader, 8, 2, 0).And(0, [0xff, 0xc0]).Compare(CompareAttributes.Equal, [0xfe, 0x80]);

    internal static RuleBuilder Mark(this RuleBuilder rule) => rule.Meta(MetaAttributes.Mark, 0);

    internal static RuleBuilder MarkIs(this RuleBuilder rule, uint mark) => rule.Mark().Compare(CompareAttributes.Equal, BitConverter.GetBytes(mark));

    internal static RuleBuilder MarkIsOfKind(this RuleBuilder rule, uint kind) =>
        rule.Mark().And(0, BitConverter.GetBytes(BridgeMark.KindMask)).Compare(CompareAttributes.Equal, BitConverter.GetBytes(kind));

    internal static RuleBuilder SetMark(this RuleBuilder rule, uint mark) => rule.Expression("immediate", writer =>
    {
        writer.U32BigEndian(ImmediateAttributes.Destination, FirstRegister);
        Value(writer, ImmediateAttributes.Data, BitConverter.GetBytes(mark));
    }).SetMarkFromRegister();

    /// <summary>Sets the mark that a map has for the key from that word on; the rule ends where it has none.</summary>
    internal static RuleBuilder SetMarkFrom(this RuleBuilder rule, SetId map, int word = 0) => rule.Expression("lookup", writer =>
    {
        writer.U32BigEndian(LookupAttributes.Source, FirstRegister + (uint)word);
        writer.U32BigEndian(LookupAttributes.Destination, FirstRegister);
        writer.Text(LookupAttributes.Set, map.Name);
    }).SetMarkFromRegister();

    internal static RuleBuilder LeavesByBridge(this RuleBuilder rule)
    {
        var kind = new byte[NameLength];
        Encoding.ASCII.GetBytes("bridge", kind);
        return rule.Meta(MetaAttributes.OutputKind, 0).Compare(CompareAttributes.Equal, kind);
    }

    private static RuleBuilder FrameType(this RuleBuilder rule) => rule.Payload(PayloadAttributes.LinkHeader, 12, 2, 0);

    private static RuleBuilder SetMarkFromRegister(this RuleBuilder rule) => rule.Expression("meta", writer =>
    {
        writer.U32BigEndian(MetaAttributes.Key, MetaAttributes.Mark);
        writer.U32BigEndian(MetaAttributes.Source, FirstRegister);
    });

    private static byte[] Bytes(ushort number) => [(byte)(number >> 8), (byte)number];
}
