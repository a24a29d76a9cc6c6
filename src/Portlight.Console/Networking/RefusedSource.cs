using Portlight.Console.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Networking;

/// <summary>What was refused, as the rule that would let it in.</summary>
internal static class RefusedSource
{
    /// <summary>The rule; null for a protocol that no rule of its own lets in. Of ICMP every code of the type, as the presets have it.</summary>
    public static PortRule? Rule(Refusal refusal) => Rule(refusal.Protocol, refusal.FromPort, refusal.SourceAddress);

    /// <summary>What it wanted: <c>tcp 5432</c>.</summary>
    public static string Wanted(Refusal refusal) => Wanted(refusal.Protocol, refusal.FromPort);

    public static string Wanted(string protocol, int? port) => Rule(protocol, port) is { } rule ? $"{rule.Protocol} {rule.Range}" : $"protocol {protocol}";

    /// <summary>Whether the rules let it in. What a draft has that is no address yet lets in nothing, and of an alias the server alone knows what it stands for.</summary>
    public static bool IsLetIn(IEnumerable<PortRule> rules, PortRule wanted)
    {
        return AddressBlock.TryRead(wanted.Sources[0], out var source)
            && rules.Any(rule => (rule.Protocol == "all" || (rule.Protocol == wanted.Protocol && Holds(rule, wanted))) && rule.Sources.Any(one => AddressBlock.TryRead(one, out var block) && block.Holds(source)));
    }

    private static PortRule? Rule(string protocol, int? port, params string[] sources) => (protocol, port) switch
    {
        ("tcp" or "udp", { } number) => new PortRule(protocol, number, number, sources),
        ("icmp" or "icmpv6", { } type) => new PortRule(protocol, type, -1, sources),
        _ => null,
    };

    private static bool Holds(PortRule rule, PortRule wanted) => wanted.Protocol is "tcp" or "udp"
        ? rule.FromPort <= wanted.FromPort && wanted.ToPort <= rule.ToPort
        : rule.FromPort < 0 || (rule.FromPort == wanted.FromPort && rule.ToPort < 0);
}
