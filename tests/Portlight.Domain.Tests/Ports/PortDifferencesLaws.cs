using System.Collections.Immutable;
using CsCheck;

namespace Portlight.Domain.Tests.Ports;

/// <summary>Differences of two port sets against a model that asks packet by packet.</summary>
public sealed class PortDifferencesLaws
{
    private static readonly ImmutableSortedDictionary<string, ImmutableArray<Cidr>> Aliases = PortLimits.Default.Aliases;

    [Fact]
    public void A_packet_is_treated_differently_exactly_where_a_difference_says_so() => Gen.Select(Rules.Many, Rules.Many, Gen.Int[0, 255]).Sample((one, two, shared) =>
    {
        var before = Rules.Set(one);
        var after = Rules.Set([.. two.Take(2), .. one.Where((_, i) => (shared >> i & 1) == 1)]);
        var differences = PortDifferences.Between(before, after, Aliases);

        foreach (var packet in ModelPacket.AllThatMatter(before, after))
        {
            var said = differences.Where(difference => Speaks(difference, packet)).ToList();
            Assert.True(said.Count <= 1, $"{packet} is in {said.Count} differences");
            var (was, now) = said is [var one1] ? (In(one1.Before, packet), In(one1.After, packet)) : (packet.IsLetInBy(before), packet.IsLetInBy(before));
            Assert.Equal((packet.IsLetInBy(before), packet.IsLetInBy(after)), (was, now));
        }

        Assert.All(differences, difference => Assert.Equal(KindOf(difference), difference.Kind));
    }, iter: 400);

    [Fact]
    public void The_way_back_is_the_same_differences_the_other_way_round() => Gen.Select(Rules.Many, Rules.Many).Sample((one, two) =>
    {
        var there = PortDifferences.Between(Rules.Set(one), Rules.Set(two), Aliases);
        var back = PortDifferences.Between(Rules.Set(two), Rules.Set(one), Aliases);

        Assert.Equal(there.Select(one => (one.Protocol, one.FromPort, one.ToPort, Text(one.Before), Text(one.After))), back.Select(one => (one.Protocol, one.FromPort, one.ToPort, Text(one.After), Text(one.Before))));
    }, iter: 500);

    [Fact]
    public void Sources_are_the_fewest_blocks() => Rules.Many.Sample(request =>
    {
        foreach (var difference in PortDifferences.Between(PortSet.Empty, Rules.Set(request), Aliases))
        {
            Assert.Equal(PortDifferenceKind.Opens, difference.Kind);
            foreach (var blocks in new[] { difference.After.Ipv4, difference.After.Ipv6 })
            {
                // No block holds another, and no two are the halves of one.
                Assert.Equal(blocks.Length, blocks.Select(block => Cidr.Create(block.Family, block.Network, Math.Max(0, block.PrefixLength - 1))).Where((parent, i) => i == 0 || !(parent.Contains(blocks[i - 1]) && blocks[i - 1].PrefixLength == blocks[i].PrefixLength)).Count());
                Assert.DoesNotContain(blocks, block => blocks.Any(other => other != block && other.Contains(block)));
            }
        }
    }, iter: 500);

    private static bool Speaks(PortDifference difference, ModelPacket packet) => difference.Protocol switch
    {
        "all" => true,
        PortDifference.Other => packet.Kind == "gre",
        "tcp" or "udp" => difference.Protocol == packet.Kind && packet.First >= difference.FromPort && packet.First <= difference.ToPort,
        _ => difference.Protocol == packet.Kind && (difference.FromPort == -1 || (difference.FromPort == packet.First && (difference.ToPort == -1 || difference.ToPort == packet.Second))),
    };

    private static bool In(LetInSources sources, ModelPacket packet) => sources.Ipv4.Concat(sources.Ipv6).Any(block => block.Contains(packet.Source));

    private static PortDifferenceKind KindOf(PortDifference difference)
    {
        bool Covers(LetInSources one, LetInSources two) => two.Ipv4.All(block => one.Ipv4.Any(wider => wider.Contains(block))) && two.Ipv6.All(block => one.Ipv6.Any(wider => wider.Contains(block)));
        var (before, after) = (difference.Before, difference.After);
        return (before.Ipv4.IsEmpty && before.Ipv6.IsEmpty, after.Ipv4.IsEmpty && after.Ipv6.IsEmpty, Covers(after, before), Covers(before, after)) switch
        {
            (true, false, _, _) => PortDifferenceKind.Opens,
            (false, true, _, _) => PortDifferenceKind.Closes,
            (_, _, true, false) => PortDifferenceKind.Widens,
            (_, _, false, true) => PortDifferenceKind.Narrows,
            _ => PortDifferenceKind.Replaces,
        };
    }

    private static string Text(LetInSources sources) => string.Join(",", sources.Ipv4.Concat(sources.Ipv6));
}
