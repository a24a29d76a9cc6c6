using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Cli.Ports;

/// <summary>
/// Reads port rules as an operator writes them: <c>443</c>, <c>22,443/tcp</c>, <c>8000-8100/udp@192.0.2.0/24</c>, <c>icmp:8</c>, <c>https</c>, <c>all</c>, and
/// every text of <see cref="PortText"/>. Commas, semicolons and blanks divide alike; after a rule's <c>@</c> or <c>from</c> come its sources, until the next rule. What
/// was written before 0.2, <c>tcp:443</c>, is read too.
/// </summary>
internal static partial class PortReader
{
    public const string Syntax = "PORTS";

    /// <summary>For help texts.</summary>
    public const string InWords = "443, 443/tcp, 8000-8100/udp, icmp:8, https, all; several with commas; @SOURCE,… behind one narrows it";

    private const string Example = "as in 443, 22/tcp@192.0.2.0/24, 8000-8100/udp, icmp:8, ssh or all";

    /// <summary>Reads words of a command line. No sources are null lists, which mean everybody where a rule is opened and the whole rule where one is closed.</summary>
    /// <param name="words">What was typed, divided anyhow.</param>
    /// <param name="from">Sources for the rules that have none of their own; null for none.</param>
    /// <exception cref="UsageException">Something is no rule or no source; everything that is wrong is named.</exception>
    public static List<PortInfo> Read(IEnumerable<string> words, IReadOnlyList<string>? from = null)
    {
        var text = string.Join(' ', words);
        var problems = new List<string>();
        var rules = Read(text, problems);
        var sources = new List<string>();
        foreach (var source in (from ?? []).SelectMany(word => Separator().Split(word.Trim())))
        {
            Check(source, sources, problems);
        }

        if (problems.Count > 0)
        {
            throw new UsageException(string.Join('\n', problems));
        }

        foreach (var (_, own) in rules.Where(rule => rule.Sources.Count == 0))
        {
            own.AddRange(sources);
        }

        return [.. rules.SelectMany(rule => rule.Keys.Select(key => Info(key, rule.Sources)))];
    }

    private static List<(PortKey[] Keys, List<string> Sources)> Read(string text, List<string> problems)
    {
        var rules = new List<(PortKey[] Keys, List<string> Sources)>();
        var takesSources = false;
        foreach (var item in Separator().Split(From().Replace(text.Trim(), "@")))
        {
            var at = item.IndexOf('@', StringComparison.Ordinal);
            if (TryKeys(at < 0 ? item : item[..at], out var keys, out var problem))
            {
                var sources = new List<string>();
                rules.Add((keys, sources));
                takesSources = at >= 0;
                if (takesSources)
                {
                    Check(item[(at + 1)..], sources, problems);
                }
            }
            else if (at < 0 && takesSources)
            {
                Check(item, rules[^1].Sources, problems);
            }
            else
            {
                takesSources = at >= 0;
                problems.Add(problem);
            }
        }

        return rules;
    }

    private static void Check(string source, List<string> sources, List<string> problems)
    {
        var family = source.Contains(':', StringComparison.Ordinal) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        if (PortLimits.Default.Aliases.ContainsKey(source))
        {
            sources.Add(source);
        }
        else if (Cidr.TryParse(source, family, out _, out var problem))
        {
            sources.Add(source);
        }
        else
        {
            problems.Add($"`{source}` is no source, as in 192.0.2.0/24, 2001:db8::1 or {PortLimits.BrowserClientAlias}: it {problem}");
        }
    }

    private static PortInfo Info(PortKey key, List<string> sources)
    {
        var info = new PortInfo { FromPort = key.FromPort, ToPort = key.ToPort, Protocol = key.Protocol.ToWire() };
        if (sources.Count > 0)
        {
            var aliases = sources.Where(PortLimits.Default.Aliases.ContainsKey).ToList();
            info.Cidrs = [.. sources.Except(aliases).Where(source => !source.Contains(':', StringComparison.Ordinal))];
            info.Ipv6Cidrs = [.. sources.Except(aliases).Where(source => source.Contains(':', StringComparison.Ordinal))];
            info.CidrListAliases = aliases.Count > 0 ? aliases : null;
        }

        return info;
    }

    private static bool TryKeys(string text, [NotNullWhen(true)] out PortKey[]? keys, out string problem)
    {
        var name = text.Split('/')[0];
        problem = $"`{text}` is no port, {Example}{(name.Length > 0 && name.All(char.IsAsciiLetter) ? Suggestion.For(name, ServiceNames.All.Keys) : "")}";
        keys = null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (slash < 0 && ServiceNames.All.TryGetValue(text, out var service))
        {
            keys = service;
        }
        else if (slash < 0 && NetworkProtocolText.TryParse(text, out var whole))
        {
            keys = whole switch
            {
                NetworkProtocol.All => [new(whole, 0, 65535)],
                NetworkProtocol.Icmp or NetworkProtocol.Icmpv6 => [new(whole, -1, -1)],
                _ => null,
            };
            problem = keys is null ? $"`{text}` needs its ports: 0-65535/{text} is all of them" : problem;
        }
        else if (slash >= 0)
        {
            keys = NetworkProtocolText.TryParse(text[(slash + 1)..], out var protocol) ? Keys(protocol, text[..slash], ref problem) : null;
        }
        else if (colon >= 0)
        {
            keys = NetworkProtocolText.TryParse(text[..colon], out var protocol) ? Keys(protocol, text[(colon + 1)..], ref problem) : null;
        }
        else
        {
            keys = Keys(NetworkProtocol.Tcp, text, ref problem);
        }

        return keys is not null;
    }

    /// <summary>Ports of a protocol, <c>22</c> or <c>8000-8100</c>, or a service's name; of ICMP type and code, <c>8</c>, <c>8:0</c>, and as it was written once, <c>8-0</c> and <c>8:-1</c>.</summary>
    private static PortKey[]? Keys(NetworkProtocol protocol, string ports, ref string problem)
    {
        if (protocol is NetworkProtocol.Icmp or NetworkProtocol.Icmpv6)
        {
            var match = TypeAndCode().Match(ports);
            var (type, code) = match.Success ? (Number(match.Groups[1].Value), match.Groups[2].Success ? Number(match.Groups[2].Value) : -1) : (-2, -2);
            problem = match.Success ? $"`{ports}` is no ICMP type from 0 to 255, alone or with a code as in 8:0" : problem;
            return type is >= -1 and <= 255 && code is >= -1 and <= 255 && (type >= 0 || code < 0) ? [new(protocol, type, code)] : null;
        }

        if (protocol is NetworkProtocol.Tcp or NetworkProtocol.Udp && ServiceNames.All.TryGetValue(ports, out var service) && Array.Exists(service, key => key.Protocol is not NetworkProtocol.Icmp))
        {
            return [new(protocol, service[0].FromPort, service[0].ToPort)];
        }

        var range = Range().Match(ports);
        if (!range.Success)
        {
            return null;
        }

        var from = Number(range.Groups[1].Value);
        var to = range.Groups[2].Success ? Number(range.Groups[2].Value) : from;
        problem = to > 65535 ? $"`{ports}`: ports go from 0 to 65535" : $"`{ports}`: a range goes from the lower port to the higher";
        return from <= to && to <= 65535 ? [new(protocol, from, to)] : null;
    }

    private static int Number(string digits) => int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;

    [GeneratedRegex(@"\s*[,;]\s*|\s+")]
    private static partial Regex Separator();

    [GeneratedRegex(@"\s+from\s+", RegexOptions.IgnoreCase)]
    private static partial Regex From();

    [GeneratedRegex("^(-1|[0-9]{1,9})(?:[:-](-1|[0-9]{1,9}))?$")]
    private static partial Regex TypeAndCode();

    [GeneratedRegex("^([0-9]{1,9})(?:-([0-9]{1,9}))?$")]
    private static partial Regex Range();
}
