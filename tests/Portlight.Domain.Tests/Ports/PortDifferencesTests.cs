namespace Portlight.Domain.Tests.Ports;

public sealed class PortDifferencesTests
{
    [Fact]
    public void A_port_that_narrows_says_from_where_it_was_and_is_open()
    {
        var difference = Assert.Single(Between([Rule("tcp", 22, 22, "0.0.0.0/0")], [Rule("tcp", 22, 22, "10.0.0.0/9", "10.128.0.0/9")]));

        Assert.Equal(("tcp", 22, 22, PortDifferenceKind.Narrows), (difference.Protocol, difference.FromPort, difference.ToPort, difference.Kind));
        Assert.Equal("0.0.0.0/0", Assert.Single(difference.Before.Ipv4).ToString());
        Assert.Equal("10.0.0.0/8", Assert.Single(difference.After.Ipv4).ToString());
    }

    [Fact]
    public void A_rule_that_another_one_covers_makes_no_difference() =>
        Assert.Empty(Between([Rule("all", 0, 65535, "0.0.0.0/0")], [Rule("all", 0, 65535, "0.0.0.0/0"), Rule("tcp", 22, 22, "10.0.0.0/8")]));

    [Fact]
    public void A_range_that_shrinks_closes_what_it_leaves() =>
        Assert.Equal(["8000-8009 Closes", "8021-8100 Closes"], Between([Rule("udp", 8000, 8100, "0.0.0.0/0")], [Rule("udp", 8010, 8020, "0.0.0.0/0")]).Select(one => $"{one.FromPort}-{one.ToPort} {one.Kind}"));

    [Fact]
    public void A_rule_of_every_protocol_is_one_difference()
    {
        var difference = Assert.Single(Between([], [Rule("all", 0, 65535, "192.0.2.0/24")]));

        Assert.Equal(("all", 0, 65535, PortDifferenceKind.Opens), (difference.Protocol, difference.FromPort, difference.ToPort, difference.Kind));
    }

    [Fact]
    public void A_rule_of_every_protocol_beside_one_of_icmpv6_is_not_said_of_icmpv6() => // of which it changes nothing
        Assert.Equal(
            ["tcp", "udp", "icmp", "other"],
            Between([new PortRuleInput(-1, -1, "icmpv6", null, null)], [new PortRuleInput(-1, -1, "icmpv6", null, null), Rule("all", 0, 65535, "192.0.2.0/24")]).Select(one => one.Protocol));

    [Fact]
    public void To_leave_one_code_open_closes_the_other_codes_and_types()
    {
        var differences = Between([Rule("icmp", -1, -1, "0.0.0.0/0")], [Rule("icmp", 8, 0, "0.0.0.0/0")]);

        Assert.Equal(255 + 255, differences.Count); // every other type as a whole, and every other code of type 8
        Assert.DoesNotContain(differences, one => (one.FromPort, one.ToPort) is (8, 0) or (8, -1));
        Assert.All(differences, one => Assert.Equal(PortDifferenceKind.Closes, one.Kind));
    }

    private static IReadOnlyList<PortDifference> Between(PortRuleInput[] before, PortRuleInput[] after) => PortDifferences.Between(Rules.Set(before), Rules.Set(after), PortLimits.Default.Aliases);

    private static PortRuleInput Rule(string protocol, int from, int to, params string[] sources) => new(from, to, protocol, sources, null);
}
