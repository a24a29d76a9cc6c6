using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;

namespace Portlight.Domain;

/// <summary>
/// Reads what <see cref="PortRule.ToShortText"/> and <see cref="PortRule.ToString"/> write, and nothing else: port rules as the audit log keeps them. What people
/// type is read by the command.
/// </summary>
public static class PortRuleText
{
    private const string From = " from ";

    public static bool TryRead(string text, [NotNullWhen(true)] out PortRule? rule)
    {
        rule = null;
        var from = text.IndexOf(From, StringComparison.Ordinal);
        if (TryReadKey(from < 0 ? text : text[..from]) is not { } key)
        {
            return false;
        }

        rule = from < 0 ? PortRule.FromEverywhere(key) : WithSources(key, text[(from + From.Length)..].Split(", "));
        return rule.HasSources;
    }

    private static PortRule WithSources(PortKey key, string[] sources)
    {
        var (ipv4, ipv6, aliases) = (new List<Cidr>(), new List<Cidr>(), new List<string>());
        foreach (var source in sources)
        {
            if (Cidr.TryParse(source, AddressFamily.InterNetwork, out var block4, out _))
            {
                ipv4.Add(block4);
            }
            else if (Cidr.TryParse(source, AddressFamily.InterNetworkV6, out var block6, out _))
            {
                ipv6.Add(block6);
            }
            else
            {
                aliases.Add(source);
            }
        }

        return new PortRule(key, [.. ipv4], [.. ipv6], [.. aliases]);
    }

    private static PortKey? TryReadKey(string text)
    {
        if (text == "all")
        {
            return new PortKey(NetworkProtocol.All, 0, ushort.MaxValue);
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? TypeAndCode(text.Split(':')) : Ports(text[..slash], text[(slash + 1)..]);
    }

    private static PortKey? Ports(string ports, string protocolText)
    {
        if (!NetworkProtocolText.TryParse(protocolText, out var protocol) || protocol is NetworkProtocol.Icmp or NetworkProtocol.Icmpv6)
        {
            return null;
        }

        // From the second character on: the first port of `all` may be −1.
        var dash = ports.Length > 1 ? ports.IndexOf('-', 1) : -1;
        return Number(dash < 0 ? ports : ports[..dash]) is { } first && Number(dash < 0 ? ports : ports[(dash + 1)..]) is { } last && first <= last && last <= ushort.MaxValue && (first >= 0 || protocol == NetworkProtocol.All)
            ? new PortKey(protocol, first, last)
            : null;
    }

    private static PortKey? TypeAndCode(string[] parts) =>
        parts.Length <= 3 && NetworkProtocolText.TryParse(parts[0], out var protocol) && protocol is NetworkProtocol.Icmp or NetworkProtocol.Icmpv6
        && (parts.Length < 2 ? -1 : Number(parts[1])) is { } type and <= byte.MaxValue
        && (parts.Length < 3 ? -1 : Number(parts[2])) is { } code and <= byte.MaxValue
            ? new PortKey(protocol, type, code)
            : null;

    private static int? Number(string digits) => int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= -1 ? number : null;
}
