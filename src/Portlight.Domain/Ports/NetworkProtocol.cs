namespace Portlight.Domain;

/// <summary>
/// The protocols a port rule can name (Lightsail API, <c>NetworkProtocol</c>). <see cref="All"/> covers every IP protocol, not only the others here.
/// </summary>
public enum NetworkProtocol
{
    Tcp,
    Udp,
    Icmp,
    Icmpv6,
    All,
}

/// <summary>The text of a protocol: any case in, lower case out.</summary>
public static class NetworkProtocolText
{
    /// <summary>The words a request may use, as an error names them.</summary>
    public const string Allowed = "tcp, udp, icmp, icmpv6, all";

    public static string ToWire(this NetworkProtocol protocol) => protocol switch
    {
        NetworkProtocol.Tcp => "tcp",
        NetworkProtocol.Udp => "udp",
        NetworkProtocol.Icmp => "icmp",
        NetworkProtocol.Icmpv6 => "icmpv6",
        _ => "all",
    };

    /// <summary>
    /// Reads a protocol. <c>-1</c> is what the live service answers for <c>all</c> and <c>icmp6</c> what its documentation calls <c>icmpv6</c>;
    /// both are taken, so that what was read can be put again.
    /// </summary>
    public static bool TryParse(string? text, out NetworkProtocol protocol)
    {
        NetworkProtocol? found = text?.ToLowerInvariant() switch
        {
            "tcp" => NetworkProtocol.Tcp,
            "udp" => NetworkProtocol.Udp,
            "icmp" => NetworkProtocol.Icmp,
            "icmpv6" or "icmp6" => NetworkProtocol.Icmpv6,
            "all" or "-1" => NetworkProtocol.All,
            _ => null,
        };
        protocol = found ?? default;
        return found is not null;
    }
}
