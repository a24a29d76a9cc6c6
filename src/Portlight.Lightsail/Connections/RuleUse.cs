using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Lightsail;

/// <summary>What is known of the use of a rule, from all parts of what is open that belong to it.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="CountedSince">Since when all of them are counted; null where there is none: it is not looked at, or others cover the rule.</param>
/// <param name="LastUsedAt">When it was found last that one of them had let something in; null for never.</param>
/// <param name="Packets">Packets in each quarter of an hour; null where nobody counted. Empty where that was not asked for.</param>
internal sealed record RuleUse(PortRule Rule, DateTimeOffset? CountedSince, DateTimeOffset? LastUsedAt, long?[] Packets)
{
    /// <summary>One for each rule, in their order.</summary>
    /// <param name="rules">The rules of the instance.</param>
    /// <param name="traffic">What its host remembers; null where it remembers nothing.</param>
    /// <param name="steps">How many quarters.</param>
    public static RuleUse[] Of(RulesOfParts rules, InstanceTraffic? traffic, int steps)
    {
        var uses = rules.Rules.Select(rule => new RuleUse(rule, null, null, new long?[steps])).ToArray();
        foreach (var part in traffic?.Parts ?? [])
        {
            if (rules.Find(part.Protocol, part.Port, part.Source) is var at and >= 0)
            {
                uses[at] = uses[at].With(part);
            }
        }

        return uses;
    }

    private RuleUse With(PartTraffic part)
    {
        for (var step = 0; step < Packets.Length && step < part.LetIn.Length; step++)
        {
            Packets[step] = part.LetIn[step] is { } packets ? (Packets[step] ?? 0) + packets : Packets[step];
        }

        return this with
        {
            CountedSince = CountedSince > part.Since ? CountedSince : part.Since,
            LastUsedAt = LastUsedAt > part.UsedAt ? LastUsedAt : part.UsedAt ?? LastUsedAt,
        };
    }
}
