using System.Collections.Immutable;
using System.Net.Sockets;

namespace Portlight.Domain;

/// <summary>
/// The open ports of one instance in canonical form: rules of the same key are one rule with the sources of all, in order of first appearance. What is
/// not in it is closed; the empty set closes everything. Immutable, equal by value.
/// </summary>
public sealed class PortSet : IEquatable<PortSet>
{
    private PortSet(ImmutableArray<PortRule> rules) => Rules = rules;

    /// <summary>Everything closed.</summary>
    public static PortSet Empty { get; } = new([]);

    public ImmutableArray<PortRule> Rules { get; }

    /// <summary>The set of these rules, as a store gives them back or code composes them: merged, not checked against any quota.</summary>
    public static PortSet Of(params IEnumerable<PortRule> rules)
    {
        var merged = new List<PortRule>();
        var places = new Dictionary<PortKey, int>();
        foreach (var rule in rules)
        {
            if (places.TryAdd(rule.Key, merged.Count))
            {
                merged.Add(rule);
            }
            else
            {
                merged[places[rule.Key]] = merged[places[rule.Key]].With(rule);
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
            if (reader.Read(inputs[i], $"portInfos[{i}]", defaultSources: true) is { } rule)
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
        var rule = new PortRuleReader(limits, found).Read(input, "portInfo", defaultSources: true);
        set = rule is null ? this : Of([.. Rules, rule]);
        key = rule?.Key ?? default;
        set.CheckQuota(limits, "portInfo", found);
        return Finish(ref set, found, out problems);
    }

    /// <summary>
    /// What CloseInstancePublicPorts asks for: without sources the rule with that key goes, with sources those sources go. What is not open stays as it
    /// is, and that is no problem, unless another rule lets in some of it: then the caller would believe a port closed that is open.
    /// </summary>
    public bool TryClose(PortRuleInput? input, PortLimits limits, out PortSet set, out PortKey key, out ImmutableArray<Problem> problems)
    {
        var found = new List<Problem>();
        var rule = new PortRuleReader(limits, found).Read(input, "portInfo", defaultSources: false);
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

    public bool Equals(PortSet? other) => other is not null && Rules.AsSpan().SequenceEqual(other.Rules.AsSpan());

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
        var open = Rules.FirstOrDefault(rule => rule.Key == closed.Key);
        if (open is not null && !closed.HasSources)
        {
            return Of(Rules.Remove(open));
        }

        var left = open?.Without(closed);
        var rest = open is null ? Rules : left!.HasSources ? Rules.Replace(open, left) : Rules.Remove(open);

        // What was asked to close and is in no rule of that key: nothing to remove, so nothing may go on letting it in.
        var notOpen = open is null ? closed : closed.Without(open);
        if (open is null || notOpen.HasSources)
        {
            if (rest.FirstOrDefault(rule => LetsIn(rule, notOpen, limits)) is { } cover)
            {
                problems.Add(new Problem("portInfo", $"`{closed.Key}` stays open because the rule `{cover}` also lets it in; close or put that rule instead"));
                return this;
            }
        }

        return Of(rest);
    }

    /// <summary>
    /// Whether <paramref name="rule"/> lets in some of what was asked to close. Aliases count by what they stand for; asked without sources, a rule with an
    /// alias counts even while the alias stands for nothing, because it may tomorrow.
    /// </summary>
    private static bool LetsIn(PortRule rule, PortRule asked, PortLimits limits)
    {
        if (asked.HasSources)
        {
            return rule.Overlaps(asked) || Resolve(rule, limits.Aliases).Overlaps(Resolve(asked, limits.Aliases));
        }

        return rule.Key.Overlaps(asked.Key)
            && (!rule.Aliases.IsEmpty
                || (!rule.Ipv4Sources.IsEmpty && asked.Protocol != NetworkProtocol.Icmpv6)
                || (!rule.Ipv6Sources.IsEmpty && asked.Protocol != NetworkProtocol.Icmp));
    }

    private void CheckQuota(PortLimits limits, string field, List<Problem> problems)
    {
        if (Rules.Length > limits.Rules)
        {
            problems.Add(new Problem(field, $"would give the instance {Rules.Length} rules; at most {limits.Rules} are allowed"));
        }

        var ipv4 = Rules.SelectMany(rule => rule.Ipv4Sources).Distinct().Count();
        var ipv6 = Rules.SelectMany(rule => rule.Ipv6Sources).Distinct().Count();
        if (ipv4 > limits.SourcesPerFamily)
        {
            problems.Add(new Problem(field, $"would give the instance {ipv4} IPv4 sources; at most {limits.SourcesPerFamily} are allowed"));
        }

        if (ipv6 > limits.SourcesPerFamily)
        {
            problems.Add(new Problem(field, $"would give the instance {ipv6} IPv6 sources; at most {limits.SourcesPerFamily} are allowed"));
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

    private static PortRule Resolve(PortRule rule, IReadOnlyDictionary<string, ImmutableArray<Cidr>> aliases)
    {
        var blocks = rule.Aliases.SelectMany(alias => aliases.TryGetValue(alias, out var named) ? named : []).ToList();
        var ipv4 = blocks.Where(block => block.Family == AddressFamily.InterNetwork && rule.Protocol != NetworkProtocol.Icmpv6);
        var ipv6 = blocks.Where(block => block.Family == AddressFamily.InterNetworkV6 && rule.Protocol != NetworkProtocol.Icmp);
        return new PortRule(rule.Key, [.. rule.Ipv4Sources.Union(ipv4)], [.. rule.Ipv6Sources.Union(ipv6)], []);
    }
}
