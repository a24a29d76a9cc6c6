using System.Collections.Immutable;
using CsCheck;

namespace Portlight.Domain.Tests.Ports;

/// <summary>Coverage against a model that asks packet by packet.</summary>
public sealed class PortCoverageLaws
{
    private static readonly ImmutableSortedDictionary<string, ImmutableArray<Cidr>> Aliases = PortLimits.Default.Aliases;

    [Fact]
    public void One_set_covers_another_when_it_lets_in_every_packet_of_it() => Gen.Select(Rules.Many, Rules.Many, Gen.Int[0, 255]).Sample((one, two, shared) =>
    {
        // Some rules of the first are in the second too, or hardly a set would cover another.
        var left = Rules.Set(one);
        var right = Rules.Set([.. two.Take(1), .. one.Where((_, i) => (shared >> i & 1) == 1)]);
        var packets = ModelPacket.AllThatMatter(left, right);

        Assert.Equal(packets.All(packet => !packet.IsLetInBy(right) || packet.IsLetInBy(left)), Of(left).Covers(Of(right)));
        Assert.Equal(packets.All(packet => !packet.IsLetInBy(left) || packet.IsLetInBy(right)), Of(right).Covers(Of(left)));
        Assert.All(right.Rules, rule => Assert.Equal(Of(left).Covers(Of(PortSet.Of(rule))), Of(left).Covers(rule)));
    }, iter: 1_500);

    [Fact]
    public void To_cut_ranges_and_blocks_in_two_changes_no_coverage() => Gen.Select(Rules.Many, Gen.Int[0, 1 << 20]).Sample((request, seed) =>
    {
        var whole = Rules.Set(request);
        var random = new Random(seed);
        var cut = PortSet.Of(whole.Rules.SelectMany(rule => CutPorts(rule, random)).SelectMany(rule => CutSources(rule, random)));

        Assert.True(Of(whole).Covers(Of(cut)));
        Assert.True(Of(cut).Covers(Of(whole)));
    }, iter: 800);

    [Fact]
    public void A_set_is_open_to_all_of_what_it_lets_every_public_address_reach() => Rules.Many.Sample(request =>
    {
        var set = Rules.Set(request);
        var packets = ModelPacket.AllThatMatter(set, PortSet.Empty).Where(packet => packet.IsPublic).ToList();
        foreach (var rule in set.Rules)
        {
            var open = packets
                .Where(packet => packet.Matches(rule.Key))
                .GroupBy(packet => (packet.Kind, packet.First, packet.Second, packet.Source.Family))
                .Any(group => group.All(packet => packet.IsLetInBy(set)));
            Assert.Equal(open, Of(set).IsOpenToAll(rule.Key));
        }
    }, iter: 800);

    internal static PortCoverage Of(PortSet set) => PortCoverage.Of(set, Aliases);

    private static IEnumerable<PortRule> CutPorts(PortRule rule, Random random)
    {
        if (rule.Protocol is not (NetworkProtocol.Tcp or NetworkProtocol.Udp) || rule.FromPort == rule.ToPort)
        {
            return [rule];
        }

        var middle = random.Next(rule.FromPort, rule.ToPort);
        return [With(rule, rule.Key with { ToPort = middle }), With(rule, rule.Key with { FromPort = middle + 1 })];
    }

    private static IEnumerable<PortRule> CutSources(PortRule rule, Random random)
    {
        var sources = rule.Ipv4Sources.Concat(rule.Ipv6Sources).SelectMany(source => random.Next(2) == 0 ? [source] : Halves(source)).ToList();
        return sources.Select(source => source.Width == 32
            ? new PortRule(rule.Key, [source], [], rule.Aliases)
            : new PortRule(rule.Key, [], [source], rule.Aliases));
    }

    private static Cidr[] Halves(Cidr source) => source.PrefixLength == source.Width
        ? [source]
        : [Cidr.Create(source.Family, source.Network, source.PrefixLength + 1), Cidr.Create(source.Family, source.Last, source.PrefixLength + 1)];

    private static PortRule With(PortRule rule, PortKey key) => new(key, rule.Ipv4Sources, rule.Ipv6Sources, rule.Aliases);
}
