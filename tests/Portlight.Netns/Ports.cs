using System.Collections.Immutable;
using Portlight.Domain;

namespace Portlight.Netns;

/// <summary>Port sets as a table writes them: <c>22/tcp; 7000-8000/udp from 198.51.100.0/24, 2001:db8::/32; 8:-1/icmp; all</c>.</summary>
internal static class Ports
{
    internal static PortSet Of(string text)
    {
        PortRuleInput[] rules = [.. text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Rule)];
        Assert.True(PortSet.TryCreate(rules, PortLimits.Default, out var set, out var problems), string.Join("; ", problems));
        return set;
    }

    private static PortRuleInput Rule(string text)
    {
        var halves = text.Split(" from ");
        var slash = halves[0].Split('/');
        var protocol = slash[^1];
        var numbers = slash.Length == 1 ? ["0", "65535"] : slash[0].Split(slash[0].Contains(':', StringComparison.Ordinal) ? ':' : '-', 2);
        var sources = halves.Length == 1 ? null : halves[1].Split(", ");
        return new PortRuleInput(
            int.Parse(numbers[0]),
            int.Parse(numbers[^1]),
            protocol,
            sources?.Where(source => !source.Contains(':', StringComparison.Ordinal)).ToImmutableArray(),
            sources?.Where(source => source.Contains(':', StringComparison.Ordinal)).ToImmutableArray());
    }
}
