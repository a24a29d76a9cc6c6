using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Cli.Ports;

/// <summary>
/// Port rules as everything shows them: <c>22/tcp</c>, <c>8000-8100/udp from 192.0.2.0/24, 2001:db8::/32</c>, <c>icmp:8</c>, <c>all</c>. Without sources: from
/// everywhere. <see cref="PortReader"/> reads each of these texts back as the same rule.
/// </summary>
internal static class PortText
{
    /// <summary>More sources and rules than a server takes (100,000 sources at most, 1,000 rules), so that it is the one that says how many are too many.</summary>
    private static readonly PortLimits Limits = PortLimits.Default with { SourcesPerFamily = 1_000_000, Rules = 100_000 };

    public static string Of(PortRule rule) => Of(rule, []);

    /// <summary>A rule as text; of aliases without blocks it says that they let nobody in.</summary>
    public static string Of(PortRule rule, IReadOnlyList<string> emptyAliases) => rule.IsFromEverywhere
        ? rule.Key.ToString()
        : $"{rule.Key} from {string.Join(", ", rule.Ipv4Sources.Concat(rule.Ipv6Sources).Select(source => source.ToString()).Concat(rule.Aliases.Select(alias => emptyAliases.Contains(alias) ? $"{alias} (nobody: it has no blocks)" : alias)))}";

    /// <summary>A line for each rule, in the order of the set.</summary>
    public static IEnumerable<string> Lines(PortSet ports) => ports.Rules.Select(Of);

    public static string Of(PortSet ports) => ports.Rules.IsEmpty ? "nothing" : string.Join("; ", Lines(ports));

    public static string Of(IEnumerable<InstancePortState> states) => Of(SetOf(states));

    /// <summary>The port set that a server shows.</summary>
    /// <exception cref="FailedException">It shows what is no port set, as a server of another version may.</exception>
    public static PortSet SetOf(IEnumerable<InstancePortState> states) =>
        SetOf(states.Select(state => new PortRuleInput(state.FromPort, state.ToPort, state.Protocol, state.Cidrs, state.Ipv6Cidrs, state.CidrListAliases)));

    /// <summary>The port set that a request asks for.</summary>
    /// <exception cref="FailedException">It is none.</exception>
    public static PortSet SetOf(IEnumerable<PortInfo> infos) => SetOf(infos.Select(Input));

    /// <summary>What is left of a port set when these are closed, as the server does it.</summary>
    /// <exception cref="FailedException">Other rules keep one of them open.</exception>
    public static PortSet Without(PortSet ports, IEnumerable<PortInfo> closed)
    {
        foreach (var info in closed)
        {
            if (!ports.TryClose(Input(info), Limits, out var left, out _, out var problems))
            {
                throw new FailedException(string.Join('\n', problems.Select(problem => problem.Message)));
            }

            ports = left;
        }

        return ports;
    }

    /// <summary>A set as a request names it.</summary>
    public static List<PortInfo> Infos(PortSet ports) => [.. ports.Rules.Select(rule => new PortInfo
    {
        FromPort = rule.FromPort,
        ToPort = rule.ToPort,
        Protocol = rule.Protocol.ToWire(),
        Cidrs = [.. rule.Ipv4Sources.Select(source => source.ToString())],
        Ipv6Cidrs = [.. rule.Ipv6Sources.Select(source => source.ToString())],
        CidrListAliases = rule.Aliases,
    })];

    private static PortRuleInput Input(PortInfo info) => new(info.FromPort ?? 0, info.ToPort ?? 0, info.Protocol, info.Cidrs, info.Ipv6Cidrs, info.CidrListAliases);

    private static PortSet SetOf(IEnumerable<PortRuleInput> inputs) => PortSet.TryCreate([.. inputs], Limits, out var set, out var problems)
        ? set
        : throw new FailedException(string.Join('\n', problems));
}
