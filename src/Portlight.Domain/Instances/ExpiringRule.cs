using System.Collections.Immutable;

namespace Portlight.Domain;

/// <summary>Sources of a rule that are closed at a time (docs/expiry.md). They are among the ports of the instance until then; what the rule has beside them stays.</summary>
public sealed record ExpiringRule
{
    /// <summary>The rule that they are of, with them and no others.</summary>
    public required PortRule Rule { get; init; }

    /// <summary>When they are closed, by the wall clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The time that was given. None stays open longer, whatever the wall clock says after a restart.</summary>
    public required TimeSpan Within { get; init; }

    /// <summary>ARN of the caller that opened them.</summary>
    public required string OpenedBy { get; init; }

    /// <summary>Id of the request that did.</summary>
    public required string RequestId { get; init; }

    /// <summary>What is closed together has the same.</summary>
    public string Id => $"{RequestId} {At.UtcTicks}";
}

/// <summary>Rules of one instance that expire. No source of a rule is in two of them.</summary>
public static class ExpiringRules
{
    /// <summary>What the record of their closing is called.</summary>
    public const string OperationType = "ExpirePorts";

    /// <summary>What of them is among these ports still; the same list where that is all.</summary>
    public static ImmutableArray<ExpiringRule> Left(this ImmutableArray<ExpiringRule> all, PortSet ports) =>
        all.IsEmpty ? all : Each(all, one => ports.Rules.FirstOrDefault(rule => rule.Key == one.Key) is { } open ? one.Common(open) : null);

    /// <summary>The same without these sources of this rule.</summary>
    public static ImmutableArray<ExpiringRule> Without(this ImmutableArray<ExpiringRule> all, PortRule rule) =>
        all.IsEmpty ? all : Each(all, one => one.Key == rule.Key ? one.Without(rule) : one);

    /// <summary>The same with these sources of a rule until a time, at which any of them that were there are closed, too.</summary>
    public static ImmutableArray<ExpiringRule> With(this ImmutableArray<ExpiringRule> all, ExpiringRule added) => [.. all.Without(added.Rule), added];

    /// <summary>The sources of the rule with this key that stay open.</summary>
    public static PortRule? Lasting(this ImmutableArray<ExpiringRule> all, PortSet ports, PortKey key) =>
        all.Where(one => one.Rule.Key == key).Aggregate(ports.Rules.FirstOrDefault(rule => rule.Key == key), (rule, one) => rule?.Without(one.Rule));

    /// <summary>The ports when these have expired.</summary>
    public static PortSet Close(this PortSet ports, IEnumerable<ExpiringRule> expired) => ports.Close([.. expired.Select(one => one.Rule)]);

    /// <summary>The ports without the sources of these rules.</summary>
    public static PortSet Close(this PortSet ports, IReadOnlyCollection<PortRule> closed) => closed.Count == 0 ? ports : PortSet.Of(ports.Rules
        .Select(rule => closed.Where(one => one.Key == rule.Key).Aggregate(rule, (left, one) => left.Without(one)))
        .Where(rule => rule.HasSources));

    private static ImmutableArray<ExpiringRule> Each(ImmutableArray<ExpiringRule> all, Func<PortRule, PortRule?> change)
    {
        var changed = all.Select(one => (one, Rule: change(one.Rule))).ToList();
        return changed.TrueForAll(pair => pair.one.Rule.Equals(pair.Rule))
            ? all
            : [.. changed.Where(pair => pair.Rule is { HasSources: true }).Select(pair => pair.one with { Rule = pair.Rule! })];
    }
}
