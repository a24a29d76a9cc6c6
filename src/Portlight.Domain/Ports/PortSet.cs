using System.Collections.Immutable;
using System.Net.Sockets;

namespace Portlight.Domain;

/// <summary>
/// The open ports of one instance in canonical form: rules of the same key are one rule with the sources of all, in order of first appearance. What is
/// not in it is closed; the empty set closes everything. Immutable, equal by value.
/// </summary>
public sealed class PortSet : IEquatable<PortSet>
{
    private const int Few = 8;

    private PortSet(ImmutableArray<PortRule> rules) => Rules = rules;

    /// <summary>Everything closed.</summary>
    public static PortSet Empty { get; } = new([]);

    public ImmutableArray<PortRule> Rules { get; }

    /// <summary>The set of these rules, as a store gives them back or code composes them: merged, not checked against any quota.</summary>
    public static PortSet Of(params IEnumerable<PortRule> rules)
    {
        var merged = new List<PortRule>();
        Dictionary<PortKey, int>? places = null; // of few rules, as nearly all sets are, a search costs less
        foreach (var rule in rules)
        {
            if (merged.Count == Few)
            {
                places ??= merged.Select((one, place) => (one.Key, place)).ToDictionary();
            }

            var at = places is null ? IndexOf(rule.Key, merged) : places.GetValueOrDefault(rule.Key, -1);
            if (at >= 0)
            {
                merged[at] = merged[at].With(rule);
            }
            else
            {
                places?.Add(rule.Key, merged.Count);
                merged.Add(rule);
            }
        }

        return merged.Count == 0 ? Empty : new PortSet([.. merged]);
    }

    /// <summary>What PutInstancePublicPorts asks for. On a problem nothing is made and every problem is named.</summary>
    public static bool TryCreate(IReadOnlyList<PortRuleInput?> inputs, PortLimits limits, out PortSet set, out ImmutableArray<Problem> problems)
    {
        var found = new List<Problem>();
        var reader = new PortRuleReader(limits, found);
        var rules = new List<PortRule>(inputs.Count);
        for (var i = 0; i < inputs.Count; i++)
        {
            if (reader.Read(inputs[i], new RulePath(i), defaultSources: true) is { } rule)
            {
                rules.Add(rule);
            }
        }

        set = Of(rules);
        set.CheckQuota(limits, "portInfos", found);
        return Finish(ref set, found, out problems);
    }

    /// <summary>What OpenInstancePublicPorts asks for: the sources join the rule with the same key, or the rule is added at the end.</summary>
    public bool TryOpen(PortRuleInput? input, PortLimits limits, out PortSet set, out PortKey key, out ImmutableArray<Problem> problems)
    {
        var found = new List<Problem>();
        var rule = new PortRuleReader(limits, found).Read(input, new RulePath(null), defaultSources: true);
        set = rule is null ? this : Of([.. Rules, rule]);
        key = rule?.Key ?? default;
        set.CheckQuota(limits, "portInfo", found);
        return Finish(ref set, found, out problems);
    }

    /// <summary>
    /// What CloseInstancePublicPorts asks for: without sources the rule with that key goes, with sources those sources go. A rule or a source that is not there is
    /// no problem. Refused only where nothing goes and other rules keep all of it open for a family that was asked for: "succeeded" would then be believed.
    /// </summary>
    public bool TryClose(PortRuleInput? input, PortLimits limits, out PortSet set, out PortKey key, out ImmutableArray<Problem> problems)
    {
        var found = new List<Problem>();
        var rule = new PortRuleReader(limits, found).Read(input, new RulePath(null), defaultSources: false);
        set = this;
        key = rule?.Key ?? default;
        if (rule is not null)
        {
            set = Close(rule, limits, found);
        }

        return Finish(ref set, found, out problems);
    }

    /// <summary>The same set with the aliases' blocks among the sources and no alias left: what a kernel can enforce.</summary>
    public PortSet Resolve(IReadOnlyDictionary<string, ImmutableArray<Cidr>> aliases) =>
        Rules.All(rule => rule.Aliases.IsEmpty) ? this : Of(Rules.Select(rule => Resolve(rule, aliases)));

    public bool Equals(PortSet? other) => ReferenceEquals(this, other) || (other is not null && Rules.AsSpan().SequenceEqual(other.Rules.AsSpan()));

    public override bool Equals(object? obj) => Equals(obj as PortSet);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var rule in Rules)
        {
            hash.Add(rule);
        }

        return hash.ToHashCode();
    }

    public override string ToString() => Rules.IsEmpty ? "nothing" : string.Join("; ", Rules);

    private PortSet Close(PortRule closed, PortLimits limits, List<Problem> problems)
    {
        if (Rules.FirstOrDefault(rule => rule.Key == closed.Key) is { } open)
        {
            var left = closed.HasSources ? open.Without(closed) : new PortRule(open.Key, [], [], []);
            if (!left.Equals(open))
            {
                return new PortSet(left.HasSources ? Rules.Replace(open, left) : Rules.Remove(open));
            }
        }

        var coverage = PortCoverage.Of(this, limits.Aliases);
        foreach (var part in Families(closed).Where(coverage.Covers))
        {
            var alone = Rules.FirstOrDefault(rule => PortCoverage.Of(new PortSet([rule]), limits.Aliases).Covers(part));
            var cover = alone is null ? "other rules together let" : $"the rule `{alone}` also lets";
            problems.Add(new Problem("portInfo", $"`{part}` stays open because {cover} it in; close or put {(alone is null ? "those rules" : "that rule")} instead"));
            break;
        }

        return this;
    }

    /// <summary>What is asked to be closed, apart by family and by alias; everybody of both families where no source is named.</summary>
    private static IEnumerable<PortRule> Families(PortRule closed)
    {
        var ipv4 = closed.HasSources ? closed.Ipv4Sources : closed.Protocol == NetworkProtocol.Icmpv6 ? [] : [Cidr.AnyIpv4];
        var ipv6 = closed.HasSources ? closed.Ipv6Sources : closed.Protocol == NetworkProtocol.Icmp ? [] : [Cidr.AnyIpv6];
        PortRule[] parts = [new(closed.Key, ipv4, [], []), new(closed.Key, [], ipv6, []), new(closed.Key, [], [], closed.Aliases)];
        return parts.Where(part => part.HasSources);
    }

    private void CheckQuota(PortLimits limits, string field, List<Problem> problems)
    {
        if (Rules.Length > limits.Rules)
        {
            problems.Add(new Problem(field, $"would give the instance {Rules.Length} rules; at most {limits.Rules} are allowed"));
        }

        var (ipv4, ipv6, aliases) = (0, 0, 0);
        foreach (var rule in Rules)
        {
            ipv4 += rule.Ipv4Sources.Length;
            ipv6 += rule.Ipv6Sources.Length;
            aliases += rule.Aliases.Length;
        }

        var named = ipv4 + ipv6 + aliases;
        if (named > limits.SourcesOfAllRules)
        {
            problems.Add(new Problem(field, $"would give the instance {named} sources over all its rules; at most {limits.SourcesOfAllRules} are allowed"));
        }

        // Those that several rules name count once; where there are few, that is no matter.
        if (ipv4 > limits.SourcesPerFamily && Rules.SelectMany(rule => rule.Ipv4Sources).Distinct().Count() is var different4 && different4 > limits.SourcesPerFamily)
        {
            problems.Add(new Problem(field, $"would give the instance {different4} IPv4 sources; at most {limits.SourcesPerFamily} are allowed"));
        }

        if (ipv6 > limits.SourcesPerFamily && Rules.SelectMany(rule => rule.Ipv6Sources).Distinct().Count() is var different6 && different6 > limits.SourcesPerFamily)
        {
            problems.Add(new Problem(field, $"would give the instance {different6} IPv6 sources; at most {limits.SourcesPerFamily} are allowed"));
        }
    }

    private static bool Finish(ref PortSet set, List<Problem> found, out ImmutableArray<Problem> problems)
    {
        problems = [.. found];
        if (found.Count > 0)
        {
            set = Empty;
        }

        return found.Count == 0;
    }

    private static int IndexOf(PortKey key, List<PortRule> rules)
    {
        for (var place = 0; place < rules.Count; place++)
        {
            if (rules[place].Key == key)
            {
                return place;
            }
        }

        return -1;
    }

    private static PortRule Resolve(PortRule rule, IReadOnlyDictionary<string, ImmutableArray<Cidr>> aliases)
    {
        var blocks = rule.Aliases.SelectMany(alias => aliases.TryGetValue(alias, out var named) ? named : []).ToList();
        var ipv4 = blocks.Where(block => block.Family == AddressFamily.InterNetwork && rule.Protocol != NetworkProtocol.Icmpv6);
        var ipv6 = blocks.Where(block => block.Family == AddressFamily.InterNetworkV6 && rule.Protocol != NetworkProtocol.Icmp);
        return new PortRule(rule.Key, [.. rule.Ipv4Sources.Union(ipv4)], [.. rule.Ipv6Sources.Union(ipv6)], []);
    }
}
