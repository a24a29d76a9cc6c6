namespace Portlight.Console.Ports;

/// <summary>The names that Lightsail gives to common rules.</summary>
internal static class Applications
{
    public const string Custom = "Custom";
    public const string CustomIcmp = "Custom ICMP";

    /// <summary>Name, protocol and ports of each preset, in Lightsail's order.</summary>
    public static IReadOnlyList<(string Name, string Protocol, int From, int To)> All { get; } =
    [
        ("SSH", "tcp", 22, 22),
        ("RDP", "tcp", 3389, 3389),
        ("HTTP", "tcp", 80, 80),
        ("HTTPS", "tcp", 443, 443),
        ("DNS", "udp", 53, 53),
        ("MySQL/Aurora", "tcp", 3306, 3306),
        ("PostgreSQL", "tcp", 5432, 5432),
        ("Oracle-RDS", "tcp", 1521, 1521),
        ("Ping", "icmp", 8, -1),
        ("All TCP", "tcp", 0, 65535),
        ("All UDP", "udp", 0, 65535),
        ("All protocols", "all", 0, 65535),
    ];

    /// <summary>The name of a rule's preset, else that it has none.</summary>
    public static string NameOf(string protocol, int from, int to) =>
        All.FirstOrDefault(preset => preset.Protocol == protocol && (protocol == "all" || (preset.From == from && preset.To == to))).Name
        ?? (protocol is "icmp" or "icmpv6" ? CustomIcmp : Custom);

    public static string NameOf(PortRule rule) => NameOf(rule.Protocol, rule.FromPort, rule.ToPort);

    /// <summary>A protocol as tables have it: <c>TCP</c>, <c>All</c>.</summary>
    public static string ProtocolName(string protocol) => protocol switch { "all" => "All", "icmpv6" => "ICMPv6", _ => protocol.ToUpperInvariant() };
}
