using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Portlight.Nftables.Attributes;
using Portlight.Nftables.Compiling;
using Portlight.Nftables.Netlink;

namespace Portlight.Nftables.Translations;

/// <summary>The expressions that load or compare protocol and port, of nf_tables and of iptables (linux/netfilter/nf_tables.h, xt_tcpudp.h, xt_multiport.h).</summary>
internal static class ExpressionReader
{
    private const int LastPort = 65535;

    // NFTA_CT_DREG, NFTA_FIB_DREG, NFTA_RT_DREG, NFTA_EXTHDR_DREG and NFTA_NG_DREG.
    private const ushort AnyDestination = 1;

    /// <summary>The reading after one expression. What is not known loads something that says nothing.</summary>
    internal static RuleReading Read(RuleReading reading, string name, NetlinkAttributes data, byte family)
    {
        switch (name)
        {
            case "meta" when data.U32BigEndianOrNull(MetaAttributes.Destination) is { } register:
                return Load(reading, register, data.U32BigEndianOrNull(MetaAttributes.Key) == MetaAttributes.Protocol ? Loaded.Protocol : Loaded.Other);
            case "payload" when data.U32BigEndianOrNull(PayloadAttributes.Destination) is { } register:
                return Load(reading, register, LoadedBy(data, family));
            case "immediate" when data.U32BigEndianOrNull(ImmediateAttributes.Destination) is { } register:
                return reading with { Registers = reading.Registers.With(register, Loaded.Value, Bytes(data, ImmediateAttributes.Data)) };
            // The two have the same numbers for both.
            case "bitwise" or "byteorder" when data.U32BigEndianOrNull(BitwiseAttributes.Destination) is { } register:
                return Load(reading, register, reading.Registers[data.U32BigEndianOrNull(BitwiseAttributes.Source) ?? 0] is Loaded.DestinationPort or Loaded.Opaque ? Loaded.Opaque : Loaded.Other);
            case "cmp":
                return reading with { Conditions = Compared(reading, data) };
            case "range":
                return reading with { Conditions = InRange(reading, data) };
            case "match":
                return reading with { Conditions = Matched(reading.Conditions, data) };
            case "counter" or "log" or "limit" or "quota" or "connlimit" or "last":
                return reading;
            default:
                // It may have loaded any register: what was there before may be gone.
                return (name is "ct" or "fib" or "rt" or "exthdr" or "numgen") && data.U32BigEndianOrNull(AnyDestination) is { } loaded
                    ? Load(reading, loaded, Loaded.Other)
                    : reading with { Registers = Registers.Empty };
        }
    }

    private static RuleReading Load(RuleReading reading, uint register, Loaded what) => reading with { Registers = reading.Registers.With(register, what) };

    private static Loaded LoadedBy(NetlinkAttributes data, byte family) => (data.U32BigEndianOrNull(PayloadAttributes.Base), data.U32BigEndianOrNull(PayloadAttributes.Offset), data.U32BigEndianOrNull(PayloadAttributes.Length)) switch
    {
        (PayloadAttributes.NetworkHeader, 9, 1) when family == PacketNumbers.Ipv4 => Loaded.Protocol,
        (PayloadAttributes.NetworkHeader, 6, 1) when family == PacketNumbers.Ipv6 => Loaded.Protocol,
        (PayloadAttributes.TransportHeader, 2, 2) => Loaded.DestinationPort,
        (PayloadAttributes.TransportHeader, < 4, _) => Loaded.Opaque,
        _ => Loaded.Other,
    };

    private static PortConditions Compared(RuleReading reading, NetlinkAttributes data)
    {
        var what = reading.Registers[data.U32BigEndianOrNull(CompareAttributes.Source) ?? 0];
        var value = Bytes(data, CompareAttributes.Data) ?? [];
        var operation = data.U32BigEndianOrNull(CompareAttributes.Operation) ?? 0;
        if (what == Loaded.Protocol && value.Length >= 1)
        {
            return operation == CompareAttributes.Equal ? reading.Conditions.WithProtocols([value[0]]) : reading.Conditions;
        }

        if (what == Loaded.Opaque)
        {
            return reading.Conditions.Unclear();
        }

        if (what != Loaded.DestinationPort || value.Length < 2)
        {
            return reading.Conditions;
        }

        int port = BinaryPrimitives.ReadUInt16BigEndian(value);
        return operation switch
        {
            CompareAttributes.Equal => reading.Conditions.WithPorts([(port, port)]),
            CompareAttributes.NotEqual => reading.Conditions.WithoutPorts([(port, port)]),
            CompareAttributes.Less => reading.Conditions.WithPorts([(0, port - 1)]),
            CompareAttributes.LessOrEqual => reading.Conditions.WithPorts([(0, port)]),
            CompareAttributes.Greater => reading.Conditions.WithPorts([(port + 1, LastPort)]),
            CompareAttributes.GreaterOrEqual => reading.Conditions.WithPorts([(port, LastPort)]),
            _ => reading.Conditions.Unclear(),
        };
    }

    private static PortConditions InRange(RuleReading reading, NetlinkAttributes data)
    {
        var what = reading.Registers[data.U32BigEndianOrNull(RangeAttributes.Source) ?? 0];
        if (what == Loaded.Opaque)
        {
            return reading.Conditions.Unclear();
        }

        if (what != Loaded.DestinationPort || Bytes(data, RangeAttributes.From) is not { Length: >= 2 } first || Bytes(data, RangeAttributes.To) is not { Length: >= 2 } last)
        {
            return reading.Conditions;
        }

        (int, int)[] ports = [(BinaryPrimitives.ReadUInt16BigEndian(first), BinaryPrimitives.ReadUInt16BigEndian(last))];
        return data.U32BigEndianOrNull(RangeAttributes.Operation) == RangeAttributes.Within ? reading.Conditions.WithPorts(ports) : reading.Conditions.WithoutPorts(ports);
    }

    private static PortConditions Matched(PortConditions conditions, NetlinkAttributes data)
    {
        var info = data.TryGet(ExtensionAttributes.Info, out var bytes) ? bytes.Value : default;
        switch (data.TextOrNull(ExtensionAttributes.Name))
        {
            // struct xt_tcp, xt_udp: two source ports, two destination ports, then what is inverted; in the machine's byte order.
            case "tcp" when info.Length >= 12:
                return Between(conditions.WithProtocols([6]), info[4..], isInverted: (info[11] & 2) != 0);
            case "udp" when info.Length >= 9:
                return Between(conditions.WithProtocols([17]), info[4..], isInverted: (info[8] & 2) != 0);
            // struct xt_multiport_v1: which ports, how many, 15 ports, 15 marks for "a range to the next", inverted.
            case "multiport" when info.Length >= 48 && data.U32BigEndianOrNull(ExtensionAttributes.Revision) == 1:
                return info[0] == 0 ? conditions : info[0] == 1 ? Several(conditions, info) : conditions.Unclear();
            default:
                return conditions;
        }
    }

    private static PortConditions Between(PortConditions conditions, ReadOnlySpan<byte> ports, bool isInverted)
    {
        (int, int)[] range = [(MemoryMarshal.Read<ushort>(ports), MemoryMarshal.Read<ushort>(ports[2..]))];
        return isInverted ? conditions.WithoutPorts(range) : conditions.WithPorts(range);
    }

    private static PortConditions Several(PortConditions conditions, ReadOnlySpan<byte> info)
    {
        var ports = new List<(int, int)>();
        for (var i = 0; i < Math.Min((int)info[1], 15); i++)
        {
            int first = MemoryMarshal.Read<ushort>(info[(2 + (2 * i))..]);
            var isRange = info[32 + i] != 0 && i + 1 < 15;
            ports.Add((first, isRange ? MemoryMarshal.Read<ushort>(info[(4 + (2 * i))..]) : first));
            if (isRange)
            {
                i++;
            }
        }

        return info[47] != 0 ? conditions.WithoutPorts(ports) : conditions.WithPorts(ports);
    }

    private static byte[]? Bytes(NetlinkAttributes data, ushort type) =>
        data.TryGet(type, out var value) && value.Nested.TryGet(DataAttributes.Value, out var bytes) ? bytes.Value.ToArray() : null;
}
