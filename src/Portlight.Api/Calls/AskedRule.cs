using System.Globalization;
using Portlight.Domain;

namespace Portlight.Api;

/// <summary>A port rule that a request asks for, as it will stand, for conditions and for the message that refuses it.</summary>
/// <param name="Place">Where it stands in the request, <c>portInfos[1]</c>.</param>
/// <param name="Rule">The rule; of a Close, the one that is closed.</param>
/// <param name="Ports">The port sets that it is asked about in; null for a rule that is closed, of which sources and change are not asked.</param>
internal sealed record AskedRule(string Place, PortRule Rule, PortComparison? Ports)
{
    private const int ShownSources = 4;

    private IReadOnlyList<string>? _sources;

    /// <summary>Lower case, <c>all</c> for every spelling of it.</summary>
    public string Protocol => Rule.Protocol.ToWire();

    /// <summary>The lowest port that is really open: ports of <c>all</c> narrow nothing. Of ICMP the type.</summary>
    public string FromPort => Text(Rule.Protocol == NetworkProtocol.All ? 0 : Rule.FromPort);

    /// <summary>The highest port that is really open. Of ICMP the code.</summary>
    public string ToPort => Text(Rule.Protocol == NetworkProtocol.All ? ushort.MaxValue : Rule.ToPort);

    /// <summary>Every source, blocks in canonical form. An alias is there by its name, which lies inside no block, and by the blocks that it stands for now.</summary>
    public IReadOnlyList<string> Sources => _sources ??= [.. Blocks(Ports is null ? Rule : Ports.Resolve(Rule)), .. Rule.Aliases];

    /// <summary><c>portInfos[1] (22/tcp from 0.0.0.0/0)</c>.</summary>
    public override string ToString()
    {
        var all = Blocks(Rule).Concat(Rule.Aliases).ToList();
        if (all.Count == 0)
        {
            return $"{Place} ({Rule.Key})";
        }

        var more = all.Count > ShownSources ? $", … {Text(all.Count)} in all" : "";
        return $"{Place} ({Rule.Key} from {string.Join(", ", all.Take(ShownSources))}{more})";
    }

    private static IEnumerable<string> Blocks(PortRule rule) => rule.Ipv4Sources.Concat(rule.Ipv6Sources).Select(source => source.ToString());

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
