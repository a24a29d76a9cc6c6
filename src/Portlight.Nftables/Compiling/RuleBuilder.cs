using System.Text;
using Portlight.Nftables.Attributes;
using Portlight.Nftables.Netlink;
using static Portlight.Nftables.Compiling.PacketNumbers;

namespace Portlight.Nftables.Compiling;

/// <summary>
/// Writes the expressions of a rule (linux/netfilter/nf_tables.h). Each loads into a register, compares one, looks one up or decides; a rule ends where a
/// comparison fails. Registers are counted in words of four bytes: a key is looked up from word 0 on.
/// </summary>
internal sealed class RuleBuilder : IDisposable
{
    internal const uint FirstRegister = 8; // NFT_REG32_00
    private const uint VerdictRegister = 0;
    private const int AcceptCode = 1;
    private const int DropCode = 0;
    private const int ReturnCode = -5;
    internal const int JumpCode = -3;
    internal const int GotoCode = -4;

    private readonly NetlinkWriter _writer = new(512);
    private readonly TableFamily _table;

    private RuleBuilder(TableFamily table) => _table = table;

    internal static RuleSpec Rule(string comment, Action<RuleBuilder> build) => Rule(TableFamily.Inet, comment, build);

    internal static RuleSpec Rule(TableFamily table, string comment, Action<RuleBuilder> build)
    {
        using var builder = new RuleBuilder(table);
        build(builder);
        return new RuleSpec(comment, builder._writer.Written.ToArray());
    }

    internal RuleBuilder InputDevice(int word = 0) => Meta(MetaAttributes.InputDevice, word);

    internal RuleBuilder OutputDevice(int word = 0) => Meta(MetaAttributes.OutputDevice, word);

    internal RuleBuilder OutputInterfaceName(int word = 0) => Meta(MetaAttributes.OutputName, word);

    /// <summary>Compared as far as the beginning goes, and without the zero behind a name.</summary>
    internal RuleBuilder OutputInterfaceNameBegins(string prefix) => OutputInterfaceName().Compare(CompareAttributes.Equal, Encoding.ASCII.GetBytes(prefix));

    /// <summary>In the family bridge, which is one by itself, what the frame carries instead.</summary>
    internal RuleBuilder Family(int word = 0) => Meta(_table == TableFamily.Bridge ? MetaAttributes.EtherType : MetaAttributes.Family, word);

    internal RuleBuilder Protocol(int word = 0) => Meta(MetaAttributes.Protocol, word);

    internal RuleBuilder InputDeviceIs(uint index) => InputDevice().Compare(CompareAttributes.Equal, BitConverter.GetBytes(index));

    internal RuleBuilder OutputDeviceIs(uint index) => OutputDevice().Compare(CompareAttributes.Equal, BitConverter.GetBytes(index));

    internal RuleBuilder FamilyIs(byte family, int word = 0) => Family(word).Compare(CompareAttributes.Equal, KeyWriter.FamilyOf(family == Ipv4, _table), word);

    /// <summary>
    /// The family by the packet itself, which says it in the first four bits of its header. The kernel reads headers where it walks through a rule and calls a function for whatever else is asked of a
    /// packet, so in a rule that asks for nothing else this costs much less than <see cref="FamilyIs"/>.
    /// </summary>
    internal RuleBuilder HeaderIsIpv4() => Payload(PayloadAttributes.NetworkHeader, 0, 4, 0).And(0, [0xf0, 0, 0, 0]).Compare(CompareAttributes.Equal, [0x40, 0, 0, 0]);

    /// <summary>The protocol as the header of IPv4 has it.</summary>
    internal RuleBuilder ProtocolOfIpv4(int word) => Payload(PayloadAttributes.NetworkHeader, 9, 1, word);

    internal RuleBuilder ProtocolIs(byte protocol, int word = 0) => Protocol(word).Compare(CompareAttributes.Equal, [protocol], word);

    internal RuleBuilder ProtocolIsNot(byte protocol, int word = 0) => Protocol(word).Compare(CompareAttributes.NotEqual, [protocol], word);

    internal RuleBuilder SourceAddress(bool isIpv4, int word) => isIpv4 ? Payload(PayloadAttributes.NetworkHeader, 12, 4, word) : Payload(PayloadAttributes.NetworkHeader, 8, 16, word);

    internal RuleBuilder DestinationAddressIpv4(int word) => Payload(PayloadAttributes.NetworkHeader, 16, 4, word);

    internal RuleBuilder DestinationAddressIs(bool isIpv4, byte[] address) =>
        (isIpv4 ? DestinationAddressIpv4(0) : Payload(PayloadAttributes.NetworkHeader, 24, 16, 0)).Compare(CompareAttributes.Equal, address);

    internal RuleBuilder HopLimitIs(byte limit) => Payload(PayloadAttributes.NetworkHeader, 7, 1, 0).Compare(CompareAttributes.Equal, [limit]);

    internal RuleBuilder DestinationPort(int word) => Payload(PayloadAttributes.TransportHeader, 2, 2, word);

    internal RuleBuilder DestinationPortIs(ushort port) => DestinationPort(0).Compare(CompareAttributes.Equal, [(byte)(port >> 8), (byte)port]);

    internal RuleBuilder IcmpType(int word) => Payload(PayloadAttributes.TransportHeader, 0, 1, word);

    /// <summary>The type and the code as one number of two bytes, as a port is.</summary>
    internal RuleBuilder IcmpTypeAndCode(int word) => Payload(PayloadAttributes.TransportHeader, 0, 2, word);

    /// <summary>Any number of two bytes that every packet has, where it does not matter which: the packet's length.</summary>
    internal RuleBuilder AnyPort(bool isIpv4, int word) => Payload(PayloadAttributes.NetworkHeader, isIpv4 ? 2u : 4u, 2, word);

    internal RuleBuilder IcmpTypeBetween(byte first, byte last) => IcmpType(0).Compare(CompareAttributes.GreaterOrEqual, [first]).Compare(CompareAttributes.LessOrEqual, [last]);

    internal RuleBuilder IcmpTypeIs(byte type) => IcmpType(0).Compare(CompareAttributes.Equal, [type]);

    /// <summary>A TCP header with none of the flags of the mask but these: FIN 1, SYN 2, RST 4, ACK 16.</summary>
    internal RuleBuilder TcpFlagsAreNot(byte mask, byte flags) => Payload(PayloadAttributes.TransportHeader, 13, 1, 0).And(0, [mask]).Compare(CompareAttributes.NotEqual, [flags]);

    /// <summary>The frame that brought the packet: 0 for this machine (or for nobody in particular), others broadcast and multicast.</summary>
    internal RuleBuilder FrameIsForThisMachine() => Meta(MetaAttributes.PacketType, 0).Compare(CompareAttributes.Equal, [0]);

    internal RuleBuilder FrameIsForMany() => Meta(MetaAttributes.PacketType, 0).Compare(CompareAttributes.NotEqual, [0]);

    /// <summary>enum ip_conntrack_info by its bit in the state mask: established 2, related 4, new 8.</summary>
    internal RuleBuilder ConnectionState(uint state) => Connection(ConnectionAttributes.State, 0).And(0, BitConverter.GetBytes(state)).Compare(CompareAttributes.NotEqual, new byte[4]);

    /// <summary>Of all states not that one; a packet without a connection has another, too.</summary>
    internal RuleBuilder ConnectionStateIsNot(uint state) => Connection(ConnectionAttributes.State, 0).And(0, BitConverter.GetBytes(state)).Compare(CompareAttributes.Equal, new byte[4]);

    /// <summary>Goes on only if there is a connection and nothing of that status.</summary>
    internal RuleBuilder ConnectionStatusIsNot(uint status) => Connection(ConnectionAttributes.Status, 0).And(0, BitConverter.GetBytes(status)).Compare(CompareAttributes.Equal, new byte[4]);

    /// <summary>enum ip_conntrack_status: source NAT 16, destination NAT 32.</summary>
    internal RuleBuilder ConnectionStatus(uint status) => Connection(ConnectionAttributes.Status, 0).And(0, BitConverter.GetBytes(status)).Compare(CompareAttributes.NotEqual, new byte[4]);

    internal RuleBuilder OriginalDirection() => Connection(ConnectionAttributes.Direction, 0).Compare(CompareAttributes.Equal, [0]);

    internal RuleBuilder ReplyDirection() => Connection(ConnectionAttributes.Direction, 0).Compare(CompareAttributes.Equal, [1]);

    /// <summary>The half of the connection's label that says who began it, in words 4 and 5.</summary>
    internal RuleBuilder BegunBy() => Connection(ConnectionAttributes.Label, 4);

    /// <summary>The half that says who let it in, in words 4 and 5. The first load is for nft, which takes what is in word 4 for a label by it.</summary>
    internal RuleBuilder AdmittedBy() => Connection(ConnectionAttributes.Label, 4).Connection(ConnectionAttributes.Label, 2);

    /// <summary>Goes on only if words 4 and 5 name nobody.</summary>
    internal RuleBuilder IsNobody() => Zeroes(6, 2).In(SetId.Nobody, 4);

    /// <summary>
    /// Goes on only if words 4 and 5 name the attachment of the device that the packet leaves by; this machine, if by none. The device stands where the other
    /// half of the label would be: nft sees nothing but a label, and 1.0.6 could not show it beside anything else.
    /// </summary>
    internal RuleBuilder IsWhereItLeaves() => OutputDevice(6).Zeroes(7, 1).In(SetId.Owners, 4);

    /// <summary>
    /// Goes on only if words 0 to 3 are in a span, and the source is in the set for that span. The map puts the span's name into words 5 to 7, behind a word that counts for nothing, and
    /// the source follows. The first loads are for nft, which takes what is in words 5 to 7 for parts of the header: 1.0.6 can show nothing that a map has found in front of something else. They are as short as
    /// what the kernel reads without calling a function.
    /// </summary>
    internal RuleBuilder MayComeFromSource(bool isIpv4, SetId spans, SetId sources) =>
        Payload(PayloadAttributes.NetworkHeader, 4, 4, 5).Payload(PayloadAttributes.NetworkHeader, 8, 4, 6).Payload(PayloadAttributes.NetworkHeader, 16, 4, 7).Expression("lookup", writer =>
        {
            writer.U32BigEndian(LookupAttributes.Source, FirstRegister);
            writer.U32BigEndian(LookupAttributes.Destination, FirstRegister + 4);
            writer.Text(LookupAttributes.Set, spans.Name);
        }).SourceAddress(isIpv4, 8).In(sources, 5);

    /// <summary>Adds to the label what the map says for the key in the registers; the rule ends where it says nothing.</summary>
    internal RuleBuilder AddToLabel(SetId map) =>
        Expression("lookup", writer =>
        {
            writer.U32BigEndian(LookupAttributes.Source, FirstRegister);
            writer.U32BigEndian(LookupAttributes.Destination, FirstRegister);
            writer.Text(LookupAttributes.Set, map.Name);
        }).Expression("ct", writer =>
        {
            writer.U32BigEndian(ConnectionAttributes.Key, ConnectionAttributes.Label);
            writer.U32BigEndian(ConnectionAttributes.Source, FirstRegister);
        });

    /// <summary>The device by which the source would be reached, or none.</summary>
    internal RuleBuilder DeviceTowardsSource() => Fib(RouteAttributes.Device, RouteAttributes.OfSource);

    /// <summary>The source would not be reached by the interface that the packet came in by.</summary>
    internal RuleBuilder SourceIsElsewhere() => Fib(RouteAttributes.Device, RouteAttributes.OfSource | RouteAttributes.ByInputDevice | RouteAttributes.IsThere).Compare(CompareAttributes.Equal, new byte[4]);

    internal RuleBuilder SourceTypeIs(uint type) => Fib(RouteAttributes.AddressType, RouteAttributes.OfSource).Compare(CompareAttributes.Equal, BitConverter.GetBytes(type));

    /// <summary>What the routing table says of the destination: RTN_UNICAST 1, RTN_LOCAL 2 …</summary>
    internal RuleBuilder DestinationTypeIs(uint type) => Fib(RouteAttributes.AddressType, RouteAttributes.OfDestination).Compare(CompareAttributes.Equal, BitConverter.GetBytes(type));

    /// <summary>Goes on only if the registers from that word on are a key of the set.</summary>
    internal RuleBuilder In(SetId set, int word = 0) => Expression("lookup", writer =>
    {
        writer.U32BigEndian(LookupAttributes.Source, FirstRegister + (uint)word);
        writer.Text(LookupAttributes.Set, set.Name);
    });

    /// <summary>Puts words 0 and following into the set, which does with the packet what it does with each that finds an element; the rule ends where the set is full, or finds that it is too many.</summary>
    internal RuleBuilder Note(SetId set, bool isRenewed) => Expression("dynset", writer =>
    {
        writer.Text(DynamicSetAttributes.Set, set.Name);
        writer.U32BigEndian(DynamicSetAttributes.Operation, isRenewed ? DynamicSetAttributes.Update : DynamicSetAttributes.Add);
        writer.U32BigEndian(DynamicSetAttributes.Key, FirstRegister);
    });

    /// <summary>Does what the verdict map says for the key in the registers; goes on to the next rule when it says nothing.</summary>
    internal RuleBuilder AskMap(SetId map) => Expression("lookup", writer =>
    {
        writer.U32BigEndian(LookupAttributes.Source, FirstRegister);
        writer.U32BigEndian(LookupAttributes.Destination, VerdictRegister);
        writer.Text(LookupAttributes.Set, map.Name);
    });

    internal RuleBuilder Accept() => Verdict(AcceptCode, null);

    internal RuleBuilder Drop() => Verdict(DropCode, null);

    /// <summary>Back to the rule behind the jump; the end of a hook's chain where there was none.</summary>
    internal RuleBuilder Return() => Verdict(ReturnCode, null);

    internal RuleBuilder Goto(string chain) => Verdict(GotoCode, chain);

    internal RuleBuilder Jump(string chain) => Verdict(JumpCode, chain);

    /// <summary>The end of a rule that lets in: <see cref="Accept"/> unless there is more to do.</summary>
    internal RuleBuilder AcceptOrGoto(string? chain) => chain is null ? Accept() : Goto(chain);

    public void Dispose() => _writer.Dispose();

    /// <summary>NFTA_DATA_VERDICT, as expressions and elements carry it.</summary>
    internal static void WriteVerdict(NetlinkWriter writer, ushort attribute, int code, string? chain)
    {
        var data = writer.BeginNested(attribute);
        var verdict = writer.BeginNested(DataAttributes.Verdict);
        writer.U32BigEndian(VerdictAttributes.Code, (uint)code);
        if (chain is not null)
        {
            writer.Text(VerdictAttributes.Chain, chain);
        }

        writer.EndNested(verdict);
        writer.EndNested(data);
    }

    private RuleBuilder Verdict(int code, string? chain) => Expression("immediate", writer =>
    {
        writer.U32BigEndian(ImmediateAttributes.Destination, VerdictRegister);
        WriteVerdict(writer, ImmediateAttributes.Data, code, chain);
    });

    internal RuleBuilder Meta(uint key, int word) => Expression("meta", writer =>
    {
        writer.U32BigEndian(MetaAttributes.Key, key);
        writer.U32BigEndian(MetaAttributes.Destination, FirstRegister + (uint)word);
    });

    private RuleBuilder Connection(uint key, int word) => Expression("ct", writer =>
    {
        writer.U32BigEndian(ConnectionAttributes.Key, key);
        writer.U32BigEndian(ConnectionAttributes.Destination, FirstRegister + (uint)word);
    });

    private RuleBuilder Fib(uint result, uint flags) => Expression("fib", writer =>
    {
        writer.U32BigEndian(RouteAttributes.Destination, FirstRegister);
        writer.U32BigEndian(RouteAttributes.Result, result);
        writer.U32BigEndian(RouteAttributes.Flags, flags);
    });

    internal RuleBuilder Zeroes(int word, int words) => Expression("immediate", writer =>
    {
        writer.U32BigEndian(ImmediateAttributes.Destination, FirstRegister + (uint)word);
        Value(writer, ImmediateAttributes.Data, new byte[4 * words]);
    });

    internal RuleBuilder And(int word, ReadOnlySpan<byte> mask)
    {
        var bits = mask.ToArray();
        return Expression("bitwise", writer =>
        {
            writer.U32BigEndian(BitwiseAttributes.Source, FirstRegister + (uint)word);
            writer.U32BigEndian(BitwiseAttributes.Destination, FirstRegister + (uint)word);
            writer.U32BigEndian(BitwiseAttributes.Length, (uint)bits.Length);
            Value(writer, BitwiseAttributes.Mask, bits);
            Value(writer, BitwiseAttributes.Xor, new byte[bits.Length]);
        });
    }

    internal RuleBuilder Payload(uint header, uint offset, uint length, int word) => Expression("payload", writer =>
    {
        writer.U32BigEndian(PayloadAttributes.Destination, FirstRegister + (uint)word);
        writer.U32BigEndian(PayloadAttributes.Base, header);
        writer.U32BigEndian(PayloadAttributes.Offset, offset);
        writer.U32BigEndian(PayloadAttributes.Length, length);
    });

    internal RuleBuilder Compare(uint operation, byte[] value, int word = 0) => Expression("cmp", writer =>
    {
        writer.U32BigEndian(CompareAttributes.Source, FirstRegister + (uint)word);
        writer.U32BigEndian(CompareAttributes.Operation, operation);
        Value(writer, CompareAttributes.Data, value);
    });

    internal static void Value(NetlinkWriter writer, ushort attribute, byte[] value)
    {
        var nested = writer.BeginNested(attribute);
        writer.Bytes(DataAttributes.Value, value);
        writer.EndNested(nested);
    }

    internal RuleBuilder Expression(string name, Action<NetlinkWriter> attributes)
    {
        var element = _writer.BeginNested(ListAttributes.Element);
        _writer.Text(ExpressionAttributes.Name, name);
        var body = _writer.BeginNested(ExpressionAttributes.Data);
        attributes(_writer);
        _writer.EndNested(body);
        _writer.EndNested(element);
        return this;
    }
}
