using Portlight.Nftables;

namespace Portlight.Agent.Devices;

/// <summary>
/// Whether guests on bridges can be filtered one by one on this machine. It takes nf_tables of the family bridge, which know the port, and br_netfilter, by which connection tracking sees
/// what a bridge carries (decision 0105).
/// </summary>
/// <param name="HasTables">The kernel takes our table of the family bridge, which closes.</param>
/// <param name="Missing">Why a port of a bridge cannot be attached, with the kernel's own word and what to do; null when it can.</param>
internal sealed record BridgeSupport(bool HasTables, string? Missing)
{
    private const string Settings = "/proc/sys/net/bridge";

    /// <summary>Everything is there.</summary>
    internal static readonly BridgeSupport Whole = new(HasTables: true, null);

    /// <summary>Looks at the network namespace of the calling thread. Changes nothing.</summary>
    internal static BridgeSupport Look(ConnectionPolicy connections) => NftablesProbe.WhyNoBridgeTable() is { } refusal
        ? new BridgeSupport(HasTables: false, $"this kernel cannot filter by it: {refusal}")
        : new BridgeSupport(HasTables: true, MissingSettings(connections));

    /// <summary>The part of it that costs nothing: every kernel of a distribution has the tables.</summary>
    internal static string? MissingSettings(ConnectionPolicy connections) => WhatIsMissing(connections, Read("bridge-nf-call-iptables"), Read("bridge-nf-call-ip6tables"));

    /// <param name="connections">What becomes of connections whose port closes.</param>
    /// <param name="ipv4">The setting net.bridge.bridge-nf-call-iptables; null when there is none.</param>
    /// <param name="ipv6">The same for IPv6.</param>
    internal static string? WhatIsMissing(ConnectionPolicy connections, string? ipv4, string? ipv6) => (ipv4, ipv6) switch
    {
        (null, _) => "connection tracking does not see what a bridge carries, because br_netfilter is not loaded: `modprobe br_netfilter` loads it, a file in /etc/modules-load.d with that name at each boot",
        ("1", null or "1") => connections == ConnectionPolicy.Cut ? null : "the connections of a guest on a bridge can only be cut, not drained, when its port closes: start without `connections = drain`",
        ("1", _) => $"connection tracking does not see what a bridge carries by IPv6, because net.bridge.bridge-nf-call-ip6tables is {ipv6}: `sysctl -w net.bridge.bridge-nf-call-ip6tables=1`",
        _ => $"connection tracking does not see what a bridge carries, because net.bridge.bridge-nf-call-iptables is {ipv4}: `sysctl -w net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1`",
    };

    private static string? Read(string setting)
    {
        try
        {
            return File.ReadAllText($"{Settings}/{setting}").Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
