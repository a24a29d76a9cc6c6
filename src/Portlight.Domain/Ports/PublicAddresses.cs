using System.Net.Sockets;

namespace Portlight.Domain;

/// <summary>
/// The addresses that somebody on the internet can have: unicast, less the special-purpose blocks (RFC 6890; IANA special-purpose address registries, every
/// entry, also those that are globally reachable: they belong to protocols, not to people). Of IPv6 it is what lies in 2000::/3, all that is given out.
/// </summary>
internal static class PublicAddresses
{
    public static AddressUnion ExceptIpv4 { get; } = Of(
        AddressFamily.InterNetwork,
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3"); // multicast, reserved and broadcast

    public static AddressUnion ExceptIpv6 { get; } = Of(
        AddressFamily.InterNetworkV6,
        "::/3",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
        "4000::/2",
        "8000::/1");

    private static AddressUnion Of(AddressFamily family, params ReadOnlySpan<string> blocks)
    {
        var cidrs = new List<Cidr>(blocks.Length);
        foreach (var block in blocks)
        {
            cidrs.Add(Cidr.TryParse(block, family, out var cidr, out var problem) ? cidr : throw new FormatException($"{block} {problem}"));
        }

        return AddressUnion.Of(cidrs);
    }
}
