using CsCheck;

namespace Portlight.Domain.Tests.Ports;

public sealed class PortSetLaws
{
    [Fact]
    public void A_set_lets_in_what_its_request_lets_in() => Gen.Select(Rules.Many, Packet.Any.Array[50]).Sample((request, packets) =>
    {
        var set = Rules.Set(request);
        foreach (var packet in packets)
        {
            Assert.Equal(packet.IsLetInBy(request), packet.IsLetInBy(set.Rules.Select(rule => rule.AsRead())));
            Assert.Equal(packet.IsLetInBy(request), LetsIn(set, packet));
        }
    }, iter: 3_000);

    [Fact]
    public void To_put_what_was_read_changes_nothing() => Rules.Many.Sample(request =>
    {
        var set = Rules.Set(request);
        var again = Rules.Set([.. set.Rules.Select(rule => rule.AsRead())]);
        Assert.Equal(set, again);
        Assert.Equal(set.GetHashCode(), again.GetHashCode());
        Assert.Equal(set.ToString(), again.ToString());
    });

    [Fact]
    public void Keys_stand_once_each_in_order_of_first_appearance() => Rules.Many.Sample(request =>
    {
        var expected = request.Select(rule => (rule.Protocol, rule.FromPort, rule.ToPort)).Distinct();
        Assert.Equal(expected, Rules.Set(request).Rules.Select(rule => ((string?)rule.Protocol.ToWire(), rule.FromPort, rule.ToPort)));
    });

    /// <summary>Few are searched, and many looked up.</summary>
    [Fact]
    public void Keys_stand_once_each_however_many_there_are()
    {
        var rules = Enumerable.Range(0, 100).Select(number => PortRule.FromEverywhere(new PortKey(NetworkProtocol.Tcp, number % 40, number % 40)));
        Assert.Equal(Enumerable.Range(0, 40), PortSet.Of(rules).Rules.Select(rule => rule.FromPort));
    }

    [Fact]
    public void Open_lets_in_the_union() => Gen.Select(Rules.Many, Rules.Any, Packet.Any.Array[50]).Sample((request, opened, packets) =>
    {
        var set = Rules.Set(request).Open(opened);
        Assert.Equal(Rules.Set([.. request, opened]), set);
        Assert.All(packets, packet => Assert.Equal(packet.IsLetInBy([.. request, opened]), LetsIn(set, packet)));
    });

    [Fact]
    public void Open_then_close_of_a_rule_that_shares_no_source_returns_to_the_start() => Gen.Select(Rules.Many, Rules.Any).Sample((request, rule) =>
    {
        var before = Rules.Set(request);
        var one = Rules.Set(rule).Rules[0];
        if (before.Rules.FirstOrDefault(r => r.Key == one.Key) is { } same
            && (same.Ipv4Sources.Intersect(one.Ipv4Sources).Any() || same.Ipv6Sources.Intersect(one.Ipv6Sources).Any()))
        {
            return;
        }

        Assert.Equal(before, before.Open(rule).Close(one.AsRead()));
    }, iter: 2_000);

    /// <summary>Terraform's destroy: each rule as it was read, in any order, ends with nothing open, even where rules overlap.</summary>
    [Fact]
    public void Closing_each_rule_as_it_was_read_in_any_order_closes_everything() => Gen.Select(Rules.Many, Gen.Int[0, 1 << 30]).Sample((request, seed) =>
    {
        var set = Rules.Set(request);
        var order = set.Rules.ToArray();
        new Random(seed).Shuffle(order);
        Assert.Equal(PortSet.Empty, order.Aggregate(set, (left, rule) => left.Close(rule.AsRead())));
    }, iter: 2_000);

    /// <summary>
    /// Close takes away the named sources of the rule with that key, or the rule, and nothing else. It is refused in exactly one case: it would take away nothing,
    /// and every packet of a family that it names goes on being let in.
    /// </summary>
    [Fact]
    public void Close_removes_what_is_there_and_is_refused_only_where_all_of_it_stays_open()
    {
        int refused = 0, removed = 0, left = 0;
        Gen.Select(Rules.Many, Rules.Any).Sample((request, asked) =>
        {
            var before = Rules.Set(request);
            var everything = Rules.Set(asked);
            var named = asked.Cidrs is not null || asked.Ipv6Cidrs is not null;
            var key = everything.Rules[0].Key;
            var open = before.Rules.FirstOrDefault(rule => rule.Key == key);
            var rest = open is null ? null : named ? open.Without(everything.Rules[0]) : new PortRule(key, [], [], []);
            var expected = open is null ? before : PortSet.Of(rest!.HasSources ? before.Rules.Replace(open, rest) : before.Rules.Remove(open));
            var stays = ModelPacket.AllThatMatter(before, everything)
                .Where(packet => packet.IsLetInBy(everything))
                .GroupBy(packet => packet.Source.Family)
                .Any(family => family.All(packet => packet.IsLetInBy(before)));

            var isRefused = !before.TryClose(asked, PortLimits.Default, out var after, out _, out var problems);

            Assert.Equal(expected.Equals(before) && stays, isRefused);
            Assert.Equal(isRefused ? 1 : 0, problems.Length);
            Assert.Equal(isRefused ? PortSet.Empty : expected, after);
            Interlocked.Increment(ref isRefused ? ref refused : ref expected.Equals(before) ? ref left : ref removed);
        }, iter: 3_000);
        Assert.True(refused > 20 && removed > 20 && left > 20, $"{refused} refused, {removed} removed something, {left} found nothing: too few of one kind to mean anything");
    }

    [Fact]
    public void A_refused_request_makes_no_set() => Gen.Select(Rules.Many, Gen.Int[0, 8]).Sample((request, at) =>
    {
        var bad = request.ToList();
        bad.Insert(Math.Min(at, bad.Count), new PortRuleInput(9, 8, "tcp"));
        Assert.False(PortSet.TryCreate(bad, PortLimits.Default, out var set, out var problems));
        Assert.Equal(PortSet.Empty, set);
        Assert.StartsWith($"portInfos[{Math.Min(at, request.Length)}].fromPort", Assert.Single(problems).Field, StringComparison.Ordinal);
    });

    private static bool LetsIn(PortSet set, Packet packet) => set.Rules.Any(rule =>
        packet.IsLetInBy([rule.AsRead() with { Cidrs = null, Ipv6Cidrs = null, CidrListAliases = null }])
        && (packet.IsIpv6 ? rule.Ipv6Sources : rule.Ipv4Sources).Any(source =>
            source.Contains(Rules.Address(packet.IsIpv6 ? $"2001:db8::{packet.Low}" : $"10.0.0.{packet.Low}"))));
}
