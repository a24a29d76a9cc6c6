using System.Collections.Immutable;
using System.Net.Sockets;

namespace Portlight.Domain;

/// <summary>
/// Checks what a caller wrote and makes port rules of it. Every problem is collected, so that one answer names them all
/// (docs/conformance.md lists which checks follow the real service and which are our own).
/// </summary>
internal sealed class PortRuleReader(PortLimits limits, List<Problem> problems)
{
    private const string FamilyFree = "name at least one source, or leave out `cidrs`, `ipv6Cidrs` and `cidrListAliases` to let everybody in";

    /// <summary>The rule, or null when it has a problem.</summary>
    /// <param name="input">What the caller wrote; null when the list holds a null.</param>
    /// <param name="path">Where the rule stands in the request.</param>
    /// <param name="defaultSources">Whether no source named means everybody; Close means "whatever the rule has" instead.</param>
    public PortRule? Read(PortRuleInput? input, RulePath path, bool defaultSources)
    {
        var before = problems.Count;
        if (input is null)
        {
            problems.Add(new Problem(path.ToString(), "is null; a port rule is wanted"));
            return null;
        }

        var key = ReadKey(input, path);
        var ipv4 = ReadSources(input.Cidrs, AddressFamily.InterNetwork, path, "cidrs");
        var ipv6 = ReadSources(input.Ipv6Cidrs, AddressFamily.InterNetworkV6, path, "ipv6Cidrs");
        var aliases = ReadAliases(input.CidrListAliases, path);
        CheckFamilies(key, input, path);

        var named = input.Cidrs is not null || input.Ipv6Cidrs is not null || input.CidrListAliases is not null;
        if (problems.Count == before && named && ipv4.IsEmpty && ipv6.IsEmpty && aliases.IsEmpty)
        {
            problems.Add(new Problem(path.ToString(), $"names source lists that are all empty, which could mean everybody or nobody; {FamilyFree}"));
        }

        if (problems.Count > before)
        {
            return null;
        }

        if (!named && defaultSources)
        {
            return PortRule.FromEverywhere(key);
        }

        return new PortRule(key, ipv4, ipv6, aliases);
    }

    private PortKey ReadKey(PortRuleInput input, RulePath path)
    {
        var known = NetworkProtocolText.TryParse(input.Protocol, out var protocol);
        if (!known)
        {
            problems.Add(new Problem($"{path}.protocol", input.Protocol is null ? $"is missing; one of {NetworkProtocolText.Allowed} is wanted" : $"`{UserText.Excerpt(input.Protocol)}` is not one of {NetworkProtocolText.Allowed}"));
        }

        var icmp = known && protocol is NetworkProtocol.Icmp or NetworkProtocol.Icmpv6;
        var (low, high) = icmp ? (-1, 255) : (0, 65535);
        if (!known || protocol == NetworkProtocol.All)
        {
            // `all`: the real service answers −1 for "every port" in places, and its ports narrow nothing. Unknown: the protocol is the problem, not the −1.
            low = -1;
        }

        var from = ReadPort(input.FromPort, low, high, path, "fromPort", icmp ? "an ICMP type (−1 for every type)" : "a port");
        var to = ReadPort(input.ToPort, low, high, path, "toPort", icmp ? "an ICMP code (−1 for every code)" : "a port");
        if (from is int f && to is int t)
        {
            if (icmp && f == -1 && t != -1)
            {
                problems.Add(new Problem($"{path}.toPort", $"`{t}` is one code of every ICMP type; with a type of −1 the code must be −1"));
            }
            else if (!icmp && f > t && (known || t >= 0))
            {
                var missing = t == 0 ? " (what a missing one is)" : "";
                problems.Add(new Problem($"{path}.fromPort", $"`{f}` is greater than toPort `{t}`{missing}; a range goes from the lower port to the higher"));
            }
        }

        return new PortKey(protocol, from ?? 0, to ?? 0);
    }

    private int? ReadPort(int value, int low, int high, RulePath path, string member, string what)
    {
        if (value >= low && value <= high)
        {
            return value;
        }

        problems.Add(new Problem($"{path}.{member}", $"`{value}` is not {what} from {low} to {high}"));
        return null;
    }

    private ImmutableArray<Cidr> ReadSources(IReadOnlyList<string?>? texts, AddressFamily family, RulePath path, string member)
    {
        if (texts is null || texts.Count == 0)
        {
            return [];
        }

        // A set for the look-up: a long list must not cost its square.
        var seen = new HashSet<Cidr>(texts.Count);
        var sources = ImmutableArray.CreateBuilder<Cidr>(texts.Count);
        for (var i = 0; i < texts.Count; i++)
        {
            if (!Cidr.TryParse(texts[i], family, out var cidr, out var problem))
            {
                problems.Add(new Problem($"{path}.{member}[{i}]", $"`{UserText.Excerpt(texts[i])}` {problem}"));
            }
            else if (seen.Add(cidr))
            {
                sources.Add(cidr);
            }
        }

        return sources.DrainToImmutable();
    }

    private ImmutableArray<string> ReadAliases(IReadOnlyList<string?>? texts, RulePath path)
    {
        if (texts is null || texts.Count == 0)
        {
            return [];
        }

        for (var i = 0; i < texts.Count; i++)
        {
            if (texts[i] is null || !limits.Aliases.ContainsKey(texts[i]!))
            {
                problems.Add(new Problem($"{path}.cidrListAliases[{i}]", $"`{UserText.Excerpt(texts[i])}` is not a known alias; known: {string.Join(", ", limits.Aliases.Keys)}"));
            }
        }

        return [.. texts.OfType<string>().Distinct()];
    }

    private void CheckFamilies(PortKey key, PortRuleInput input, RulePath path)
    {
        if (key.Protocol == NetworkProtocol.Icmp && input.Ipv6Cidrs is { Count: > 0 })
        {
            problems.Add(new Problem($"{path}.ipv6Cidrs", "names IPv6 sources of `icmp`, which is IPv4 only; `icmpv6` is the protocol for IPv6"));
        }
        else if (key.Protocol == NetworkProtocol.Icmpv6 && input.Cidrs is { Count: > 0 })
        {
            problems.Add(new Problem($"{path}.cidrs", "names IPv4 sources of `icmpv6`, which is IPv6 only; `icmp` is the protocol for IPv4"));
        }
    }
}

/// <summary>Where a rule stands in a request, <c>portInfos[0]</c> or <c>portInfo</c>: text only where there is a problem to tell.</summary>
/// <param name="Index">Its place in the list; null where the request has one rule.</param>
internal readonly record struct RulePath(int? Index)
{
    public override string ToString() => Index is { } index ? $"portInfos[{index}]" : "portInfo";
}
