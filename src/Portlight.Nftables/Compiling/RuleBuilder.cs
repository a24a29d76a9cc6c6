using Portlight.Nftables.Netlink;

namespace Portlight.Nftables.Compiling;

/// <summary>
/// Writes the expressions of a rule (linux/netfilter/nf_tables.h). Each loads into a register, compares one, looks one up or decides; a rule ends where a
/// comparison fails. Registers are counted in words of four bytes: a key is looked up from word 0 on.
/// </summary>
internal sealed class RuleBuilder : IDisposable
{
    private const uint FirstRegister = 8; // NFT_REG32_00
    private const uint VerdictRegister = 0;
    private const int AcceptCode = 1;
    private const int DropCode = 0;
    internal const int JumpCode = -3;
    internal const int GotoCode = -4;
    private const uint Equal = 0;
    private const uint NotEqual = 1;
    private const uint LessOrEqual = 3;
    private const uint GreaterOrEqual = 5;
    private const uint NetworkHeader = 1;
    private const uint TransportHeader = 2;

    private readonly NetlinkWriter _writer = new(512);

    internal static RuleSpec Rule(string comment, Action<RuleBuilder> build)
    {
        using var builder = new RuleBuilder();
        build(builder);
        return new RuleSpec(comment, builder._writer.Written.ToArray());
    }

    internal RuleBuilder InputDevice(int word = 0) => Meta(4, word);

    internal RuleBuilder OutputDevice(int word = 0) => Meta(5, word);

    /// <summary>The output device with its bytes turned to big-endian, which is how interval sets hold it; 0 where there is none.</summary>
    internal RuleBuilder OutputDeviceForInterval() => OutputDevice().Expression("byteorder", writer =>
    {
        writer.U32BigEndian(1, FirstRegister);
        writer.U32BigEndian(2, FirstRegister);
        writer.U32BigEndian(3, 1); // NFT_BYTEORDER_HTON
        writer.U32BigEndian(4, 4);
        writer.U32BigEndian(5, 4);
    });

    internal RuleBuilder OutputInterfaceName(int word = 0) => Meta(7, word);

    internal RuleBuilder Family(int word = 0) => Meta(15, word);

    internal RuleBuilder Protocol(int word = 0) => Meta(16, word);

    internal RuleBuilder InputDeviceIs(uint index) => InputDevice().Compare(Equal, BitConverter.GetBytes(index));

    internal RuleBuilder OutputDeviceIs(uint index) => OutputDevice().Compare(Equal, BitConverter.GetBytes(index));

    internal RuleBuilder FamilyIs(byte family) => Family().Compare(Equal, [family]);

    internal RuleBuilder ProtocolIs(byte protocol) => Protocol().Compare(Equal, [protocol]);

    internal RuleBuilder ProtocolIsNot(byte protocol) => Protocol().Compare(NotEqual, [protocol]);

    internal RuleBuilder SourceAddress(bool isIpv4, int word) => isIpv4 ? Payload(NetworkHeader, 12, 4, word) : Payload(NetworkHeader, 8, 16, word);

    internal RuleBuilder DestinationAddressIpv4(int word) => Payload(NetworkHeader, 16, 4, word);

    internal RuleBuilder DestinationAddressIs(bool isIpv4, byte[] address) =>
        (isIpv4 ? DestinationAddressIpv4(0) : Payload(NetworkHeader, 24, 16, 0)).Compare(Equal, address);

    internal RuleBuilder HopLimitIs(byte limit) => Payload(NetworkHeader, 7, 1, 0).Compare(Equal, [limit]);

    internal RuleBuilder DestinationPort(int word) => Payload(TransportHeader, 2, 2, word);

    internal RuleBuilder DestinationPortIs(ushort port) => DestinationPort(0).Compare(Equal, [(byte)(port >> 8), (byte)port]);

    internal RuleBuilder IcmpType(int word) => Payload(TransportHeader, 0, 1, word);

    /// <summary>The type and the code as one number of two bytes, as a port is.</summary>
    internal RuleBuilder IcmpTypeAndCode(int word) => Payload(TransportHeader, 0, 2, word);

    /// <summary>Any number of two bytes that every packet has, where it does not matter which: the packet's length.</summary>
    internal RuleBuilder AnyPort(bool isIpv4, int word) => Payload(NetworkHeader, isIpv4 ? 2u : 4u, 2, word);

    internal RuleBuilder IcmpTypeBetween(byte first, byte last) => IcmpType(0).Compare(GreaterOrEqual, [first]).Compare(LessOrEqual, [last]);

    internal RuleBuilder IcmpTypeIs(byte type) => IcmpType(0).Compare(Equal, [type]);

    /// <summary>A TCP header with none of the flags of the mask but these: FIN 1, SYN 2, RST 4, ACK 16.</summary>
    internal RuleBuilder TcpFlagsAreNot(byte mask, byte flags) => Payload(TransportHeader, 13, 1, 0).And(0, [mask]).Compare(NotEqual, [flags]);

    /// <summary>The frame that brought the packet: 0 for this machine (or for nobody in particular), others broadcast and multicast.</summary>
    internal RuleBuilder FrameIsForThisMachine() => Meta(19, 0).Compare(Equal, [0]);

    internal RuleBuilder FrameIsForMany() => Meta(19, 0).Compare(NotEqual, [0]);

    /// <summary>enum ip_conntrack_info by its bit in the state mask: established 2, related 4, new 8.</summary>
    internal RuleBuilder ConnectionState(uint state) => Connection(0, 0).And(0, BitConverter.GetBytes(state)).Compare(NotEqual, new byte[4]);

    /// <summary>enum ip_conntrack_status: source NAT 16.</summary>
    internal RuleBuilder ConnectionStatus(uint status) => Connection(2, 0).And(0, BitConverter.GetBytes(status)).Compare(NotEqual, new byte[4]);

    internal RuleBuilder OriginalDirection() => Connection(1, 0).Compare(Equal, [0]);

    internal RuleBuilder ReplyDirection() => Connection(1, 0).Compare(Equal, [1]);

    /// <summary>The half of the connection's label that says who began it, in words 4 and 5.</summary>
    internal RuleBuilder BegunBy() => Connection(13, 4);

    /// <summary>The half that says who let it in, in words 4 and 5. The first load is for nft, which takes what is in word 4 for a label by it.</summary>
    internal RuleBuilder AdmittedBy() => Connection(13, 4).Connection(13, 2);

    /// <summary>Goes on only if words 4 and 5 name nobody.</summary>
    internal RuleBuilder IsNobody() => Zeroes(6, 2).In(SetId.Nobody, 4);

    /// <summary>
    /// Goes on only if words 4 and 5 name the attachment of the device that the packet leaves by; this machine, if by none. The device stands where the other
    /// half of the label would be: nft sees nothing but a label, and 1.0.6 could not show it beside anything else.
    /// </summary>
    internal RuleBuilder IsWhereItLeaves() => OutputDevice(6).Zeroes(7, 1).In(SetId.Owners, 4);

    /// <summary>
    /// Goes on only if words 0 to 3 are in a span, and the source is in the set for that span. The map puts the span's name into words 5 to 7, behind a word that counts for nothing, and
    /// the source follows. The first load is for nft, which takes what is in word 5 for a part of the header: 1.0.6 can show nothing that a map has found in front of something else.
    /// </summary>
    internal RuleBuilder MayComeFromSource(bool isIpv4, SetId spans, SetId sources) =>
        (isIpv4 ? Payload(NetworkHeader, 4, 16, 5) : Payload(NetworkHeader, 8, 28, 5)).Expression("lookup", writer =>
        {
            writer.U32BigEndian(2, FirstRegister);
            writer.U32BigEndian(3, FirstRegister + 4);
            writer.Text(1, spans.Name);
        }).SourceAddress(isIpv4, 8).In(sources, 5);

    /// <summary>Adds to the label what the map says for the key in the registers; the rule ends where it says nothing.</summary>
    internal RuleBuilder AddToLabel(SetId map) =>
        Expression("lookup", writer =>
        {
            writer.U32BigEndian(2, FirstRegister);
            writer.U32BigEndian(3, FirstRegister);
            writer.Text(1, map.Name);
        }).Expression("ct", writer =>
        {
            writer.U32BigEndian(2, 13);
            writer.U32BigEndian(4, FirstRegister);
        });

    /// <summary>The device by which the source would be reached, or none.</summary>
    internal RuleBuilder DeviceTowardsSource() => Fib(1, 1);

    /// <summary>The source would not be reached by the interface that the packet came in by.</summary>
    internal RuleBuilder SourceIsElsewhere() => Fib(1, 1 | 8 | 32).Compare(Equal, new byte[4]);

    internal RuleBuilder SourceTypeIs(uint type) => Fib(3, 1).Compare(Equal, BitConverter.GetBytes(type));

    /// <summary>What the routing table says of the destination: RTN_UNICAST 1, RTN_LOCAL 2 …</summary>
    internal RuleBuilder DestinationTypeIs(uint type) => Fib(3, 2).Compare(Equal, BitConverter.GetBytes(type));

    /// <summary>Goes on only if the registers from that word on are a key of the set.</summary>
    internal RuleBuilder In(SetId set, int word = 0) => Expression("lookup", writer =>
    {
        writer.U32BigEndian(2, FirstRegister + (uint)word);
        writer.Text(1, set.Name);
    });

    /// <summary>Does what the verdict map says for the key in the registers; goes on to the next rule when it says nothing.</summary>
    internal RuleBuilder AskMap(SetId map) => Expression("lookup", writer =>
    {
        writer.U32BigEndian(2, FirstRegister);
        writer.U32BigEndian(3, VerdictRegister);
        writer.Text(1, map.Name);
    });

    internal RuleBuilder Accept() => Verdict(AcceptCode, null);

    internal RuleBuilder Drop() => Verdict(DropCode, null);

    internal RuleBuilder Goto(string chain) => Verdict(GotoCode, chain);

    internal RuleBuilder Jump(string chain) => Verdict(JumpCode, chain);

    /// <summary>The end of a rule that lets in: <see cref="Accept"/> unless there is more to do.</summary>
    internal RuleBuilder AcceptOrGoto(string? chain) => chain is null ? Accept() : Goto(chain);

    public void Dispose() => _writer.Dispose();

    /// <summary>NFTA_DATA_VERDICT, as expressions and elements carry it.</summary>
    internal static void WriteVerdict(NetlinkWriter writer, ushort attribute, int code, string? chain)
    {
        int data = writer.BeginNested(attribute);
        int verdict = writer.BeginNested(2);
        writer.U32BigEndian(1, (uint)code);
        if (chain is not null) writer.Text(2, chain);
        writer.EndNested(verdict);
        writer.EndNested(data);
    }

    private RuleBuilder Verdict(int code, string? chain) => Expression("immediate", writer =>
    {
        writer.U32BigEndian(1, VerdictRegister);
        WriteVerdict(writer, 2, code, chain);
    });

    private RuleBuilder Meta(uint key, int word) => Expression("meta", writer =>
    {
        writer.U32BigEndian(2, key);
        writer.U32BigEndian(1, FirstRegister + (uint)word);
    });

    private RuleBuilder Connection(uint key, int word) => Expression("ct", writer =>
    {
        writer.U32BigEndian(2, key);
        writer.U32BigEndian(1, FirstRegister + (uint)word);
    });

    // enum nft_fib_result: a device 1, the type of an address 3. Flags: of the source 1, of the destination 2, by the packet's own
    // interface 8, only whether there is one 32.
    private RuleBuilder Fib(uint result, uint flags) => Expression("fib", writer =>
    {
        writer.U32BigEndian(1, FirstRegister);
        writer.U32BigEndian(2, result);
        writer.U32BigEndian(3, flags);
    });

    private RuleBuilder Zeroes(int word, int words) => Expression("immediate", writer =>
    {
        writer.U32BigEndian(1, FirstRegister + (uint)word);
        Value(writer, 2, new byte[4 * words]);
    });

    private RuleBuilder And(int word, ReadOnlySpan<byte> mask)
    {
        byte[] bits = mask.ToArray();
        return Expression("bitwise", writer =>
        {
            writer.U32BigEndian(1, FirstRegister + (uint)word);
            writer.U32BigEndian(2, FirstRegister + (uint)word);
            writer.U32BigEndian(3, (uint)bits.Length);
            Value(writer, 4, bits);
            Value(writer, 5, new byte[bits.Length]);
        });
    }

    private RuleBuilder Payload(uint header, uint offset, uint length, int word) => Expression("payload", writer =>
    {
        writer.U32BigEndian(1, FirstRegister + (uint)word);
        writer.U32BigEndian(2, header);
        writer.U32BigEndian(3, offset);
        writer.U32BigEndian(4, length);
    });

    private RuleBuilder Compare(uint operation, byte[] value) => Expression("cmp", writer =>
    {
        writer.U32BigEndian(1, FirstRegister);
        writer.U32BigEndian(2, operation);
        Value(writer, 3, value);
    });

    private static void Value(NetlinkWriter writer, ushort attribute, byte[] value)
    {
        int nested = writer.BeginNested(attribute);
        writer.Bytes(1, value);
        writer.EndNested(nested);
    }

    private RuleBuilder Expression(string name, Action<NetlinkWriter> attributes)
    {
        int element = _writer.BeginNested(1);
        _writer.Text(1, name);
        int body = _writer.BeginNested(2);
        attributes(_writer);
        _writer.EndNested(body);
        _writer.EndNested(element);
        return this;
    }
}
