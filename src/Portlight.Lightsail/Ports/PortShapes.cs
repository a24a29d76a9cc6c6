using System.Collections.Immutable;
using Portlight.Domain;
using Portlight.Wire.Lightsail;

namespace Portlight.Lightsail;

/// <summary>Port rules between the wire and the domain.</summary>
internal static class PortShapes
{
    private static readonly string[] AnyIpv4 = ["0.0.0.0/0"];
    private static readonly string[] AnyIpv6 = ["::/0"];

    public static PortRuleInput? ToInput(this PortInfo? info) => info is null
        ? null
        : new PortRuleInput(info.FromPort ?? 0, info.ToPort ?? 0, info.Protocol, info.Cidrs, info.Ipv6Cidrs, info.CidrListAliases);

    /// <summary>The rules of a set that was made of these, each with the places in the request that it was made of: <c>portInfos[0], portInfos[2]</c>.</summary>
    public static ImmutableArray<(string Place, PortRule Rule)> Places(this IReadOnlyList<PortInfo?> infos, PortSet made)
    {
        var places = new Dictionary<PortKey, string>();
        for (var i = 0; i < infos.Count; i++)
        {
            if (infos[i].ToInput() is { } input && NetworkProtocolText.TryParse(input.Protocol, out var protocol))
            {
                var key = new PortKey(protocol, input.FromPort, input.ToPort);
                places[key] = places.TryGetValue(key, out var earlier) ? $"{earlier}, portInfos[{i}]" : $"portInfos[{i}]";
            }
        }

        return [.. made.Rules.Select(rule => (places[rule.Key], rule))];
    }

    public static InstancePortState ToPortState(this PortRule rule, bool awsQuirks) => new()
    {
        FromPort = rule.FromPort,
        ToPort = rule.ToPort,
        Protocol = Protocol(rule, awsQuirks),
        State = "open",
        Cidrs = Texts(rule.Ipv4Sources),
        Ipv6Cidrs = Texts(rule.Ipv6Sources),
        CidrListAliases = rule.Aliases,
    };

    public static InstancePortInfo ToPortInfo(this PortRule rule, bool awsQuirks) => new()
    {
        FromPort = rule.FromPort,
        ToPort = rule.ToPort,
        Protocol = Protocol(rule, awsQuirks),
        AccessFrom = AccessFrom(rule),
        AccessType = "public",
        CommonName = "",
        AccessDirection = "inbound",
        Cidrs = Texts(rule.Ipv4Sources),
        Ipv6Cidrs = Texts(rule.Ipv6Sources),
        CidrListAliases = rule.Aliases,
    };

    /// <summary>The live service answers <c>-1</c> for <c>all</c> (terraform-provider-aws 36091), so that Terraform replaces the rule at every apply.</summary>
    private static string Protocol(PortRule rule, bool awsQuirks) => awsQuirks && rule.Protocol == NetworkProtocol.All ? "-1" : rule.Protocol.ToWire();

    /// <summary>The three texts seen in captures, and <c>Custom</c>, which only the documentation names.</summary>
    private static string AccessFrom(PortRule rule)
    {
        var anyIpv4 = rule.Ipv4Sources is [{ IsAny: true }];
        var anyIpv6 = rule.Ipv6Sources is [{ IsAny: true }];
        return (anyIpv4, anyIpv6, rule.Ipv4Sources.IsEmpty, rule.Ipv6Sources.IsEmpty, rule.Aliases.IsEmpty) switch
        {
            (true, true, _, _, true) => "Anywhere (0.0.0.0/0 and ::/0)",
            (true, _, _, true, true) => "Anywhere (0.0.0.0/0)",
            (_, true, true, _, true) => "Anywhere (::/0)",
            _ => "Custom",
        };
    }

    private static string[] Texts(ImmutableArray<Cidr> sources) => sources switch
    {
        [] => [],
        [var one] when one == Cidr.AnyIpv4 => AnyIpv4,
        [var one] when one == Cidr.AnyIpv6 => AnyIpv6,
        _ => [.. sources.Select(source => source.ToString())],
    };
}
