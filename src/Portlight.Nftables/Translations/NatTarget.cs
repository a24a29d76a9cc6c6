using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace Portlight.Nftables.Translations;

/// <summary>Where a rule sends packets, in words; from addresses and ports of nf_tables or from the structures of iptables (linux/netfilter/nf_nat.h).</summary>
internal static class NatTarget
{
    private const uint MapsAddresses = 1; // NF_NAT_RANGE_MAP_IPS
    private const uint NamesPorts = 2; // NF_NAT_RANGE_PROTO_SPECIFIED

    internal static string? Of(byte[]? address, byte[]? port, bool isIpv6)
    {
        var length = isIpv6 ? 16 : 4;
        var host = address is null || address.Length < length ? null : new IPAddress(address.AsSpan(0, length)).ToString();
        int? number = port is { Length: >= 2 } ? BinaryPrimitives.ReadUInt16BigEndian(port) : null;
        return (host, number) switch
        {
            (null, null) => null,
            (null, _) => $":{number}",
            (_, null) => host,
            _ => isIpv6 ? $"[{host}]:{number}" : $"{host}:{number}",
        };
    }

    /// <summary>Of the info of an iptables target that translates destinations; false when the target is another.</summary>
    internal static bool TryReadTarget(string name, uint revision, ReadOnlySpan<byte> info, bool isIpv6, out string? target)
    {
        target = null;
        if (name is not ("DNAT" or "REDIRECT"))
        {
            return false;
        }
        // struct nf_nat_ipv4_multi_range_compat: how many, then flags, two addresses of four bytes, two ports.
        if (revision == 0 && !isIpv6)
        {
            if (info.Length >= 20)
            {
                target = Read(info[4..], 4, isIpv6);
            }
        }
        else if (info.Length >= 40)
        {
            // struct nf_nat_range, nf_nat_range2: flags, two addresses of 16 bytes, ports.
            target = Read(info, 16, isIpv6);
        }

        return true;
    }

    private static string? Read(ReadOnlySpan<byte> range, int width, bool isIpv6)
    {
        var flags = MemoryMarshal.Read<uint>(range);
        var address = range.Slice(4, width).ToArray();
        var port = range.Slice(4 + (2 * width), 2).ToArray();
        return Of((flags & MapsAddresses) != 0 ? address : null, (flags & NamesPorts) != 0 ? port : null, isIpv6);
    }
}
