using System.Globalization;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Cli.Verbs;

/// <summary>Port rules as an operator writes and reads them: <c>tcp:22</c>, <c>udp:8000-8010@192.0.2.0/24,2001:db8::/32</c>, <c>icmp</c>, <c>all</c>.</summary>
internal static class PortText
{
    public const string Syntax = "PROTOCOL[:PORT[-PORT]][@SOURCE,...]";

    /// <summary>Reads one rule. Only its form is checked here; whether it is a good rule the server says, in the same words as to every client.</summary>
    public static bool TryParse(string text, out PortInfo rule, out string problem)
    {
        rule = new PortInfo();
        problem = $"`{text}` must be {Syntax}, as in tcp:22, udp:8000-8010@192.0.2.0/24, icmp or all";
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var (head, tail) = at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
        var colon = head.IndexOf(':', StringComparison.Ordinal);
        var protocol = (colon < 0 ? head : head[..colon]).ToLowerInvariant();
        int from, to;
        if (colon >= 0)
        {
            var ports = head[(colon + 1)..].Split('-');
            if (ports.Length > 2 || !TryPort(ports[0], out from) || !TryPort(ports[^1], out to))
            {
                return false;
            }
        }
        else if (protocol is "icmp" or "icmpv6")
        {
            (from, to) = (-1, -1);
        }
        else if (protocol is "all")
        {
            (from, to) = (0, 65535);
        }
        else
        {
            return false;
        }

        var sources = tail?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        rule = new PortInfo
        {
            FromPort = from,
            ToPort = to,
            Protocol = protocol,
            Cidrs = sources is null ? null : [.. sources.Where(source => !source.Contains(':', StringComparison.Ordinal))],
            Ipv6Cidrs = sources is null ? null : [.. sources.Where(source => source.Contains(':', StringComparison.Ordinal))],
        };
        return sources is null or { Length: > 0 };
    }

    public static string Of(InstancePortState state) => Of(state, []);

    /// <summary>A rule as text; of aliases without blocks it says that they let nobody in.</summary>
    public static string Of(InstancePortState state, IReadOnlyList<string> emptyAliases)
    {
        var ports = (state.FromPort, state.ToPort, state.Protocol) switch
        {
            (_, _, "all" or "-1") or (-1, _, _) => "",
            (var from, var to, "icmp" or "icmpv6") => $":{from}/{to}",
            (var from, var to, _) => from == to ? $":{from}" : $":{from}-{to}",
        };
        var sources = (state.Cidrs ?? []).Concat(state.Ipv6Cidrs ?? []).Concat((state.CidrListAliases ?? []).Select(alias => emptyAliases.Contains(alias) ? $"{alias} (nobody: it has no blocks)" : alias)).ToList();
        var anybody = sources.Contains(Cidr.AnyIpv4.ToString()) || sources.Contains(Cidr.AnyIpv6.ToString());
        return $"{state.Protocol}{ports}{(anybody && sources.Count <= 2 ? "" : $" from {string.Join(", ", sources)}")}";
    }

    private static bool TryPort(string text, out int port) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);
}
