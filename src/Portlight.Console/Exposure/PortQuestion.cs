using Portlight.Console.Ports;

namespace Portlight.Console.Exposure;

/// <summary>One port as addresses of pages have it: <c>tcp/22</c>, or <c>22</c>; of ICMP the type, <c>icmp/8</c>.</summary>
internal static class PortQuestion
{
    public static PortRule? Read(string? text)
    {
        var parts = (text ?? "").Split('/');
        var (protocol, port) = parts.Length == 2 ? (parts[0].ToLowerInvariant(), parts[1]) : ("tcp", parts[0]);
        return parts.Length <= 2 && protocol is "tcp" or "udp" or "icmp" or "icmpv6" && PortRangeText.TryRead(port, protocol, out var from, out var to) && (from == to || protocol is "icmp" or "icmpv6")
            ? new PortRule(protocol, from, to, [])
            : null;
    }

    public static string Text(PortRule rule) => $"{rule.Protocol}/{PortRangeText.Of(rule)}";
}
