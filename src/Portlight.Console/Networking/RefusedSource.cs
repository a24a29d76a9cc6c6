using Portlight.Console.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Networking;

/// <summary>What was refused, as the rule that would let it in.</summary>
internal static class RefusedSource
{
    /// <summary>The rule; null for a protocol that no rule of its own lets in. Of ICMP every code of the type, as the presets have it.</summary>
    public static PortRule? Rule(Refusal refusal) => refusal switch
    {
        { Protocol: "tcp" or "udp", FromPort: { } port } => new PortRule(refusal.Protocol, port, port, [refusal.SourceAddress]),
        { Protocol: "icmp" or "icmpv6", FromPort: { } type } => new PortRule(refusal.Protocol, type, -1, [refusal.SourceAddress]),
        _ => null,
    };

    /// <summary>What it wanted: <c>tcp 5432</c>.</summary>
    public static string Wanted(Refusal refusal) => Rule(refusal) is { } rule ? $"{rule.Protocol} {rule.Range}" : $"protocol {refusal.Protocol}";

    /// <summary>Whether the rules let it in, as far as their texts name it or everyone; what networks hold, the server knows.</summary>
    public static bool IsNamedIn(IEnumerable<PortRule> rules, PortRule wanted)
    {
        var source = wanted.Sources[0];
        var everyone = PortRule.IsIpv6(source) ? PortRule.Everyone6 : PortRule.Everyone4;
        return rules.Any(rule =>
            (rule.Protocol == "all" || (rule.Protocol == wanted.Protocol && Holds(rule, wanted))) && rule.Sources.Any(one => one == everyone || SourceWords.Short(one) == source));
    }

    private static bool Holds(PortRule rule, PortRule wanted) => wanted.Protocol is "tcp" or "udp"
        ? rule.FromPort <= wanted.FromPort && wanted.ToPort <= rule.ToPort
        : rule.FromPort < 0 || (rule.FromPort == wanted.FromPort && rule.ToPort < 0);
}
