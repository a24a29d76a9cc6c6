namespace Portlight.Domain.Tests.Ports;

public sealed class PortSetOpenCloseTests
{
    private static readonly PortRuleInput SshFromOffice = new(22, 22, "tcp", ["192.0.2.0/24"]);

    [Fact]
    public void Open_adds_a_rule_at_the_end() =>
        Assert.Equal("80/tcp from 0.0.0.0/0, ::/0; 22/tcp from 192.0.2.0/24", Rules.Set(new PortRuleInput(80, 80, "tcp")).Open(SshFromOffice).ToString());

    [Fact]
    public void Open_adds_sources_to_the_rule_with_the_same_key() =>
        Assert.Equal(
            "22/tcp from 192.0.2.0/24, 198.51.100.7/32; 80/tcp from 0.0.0.0/0, ::/0",
            Rules.Set(SshFromOffice, new PortRuleInput(80, 80, "tcp")).Open(new PortRuleInput(22, 22, "TCP", ["198.51.100.7"])).ToString());

    [Fact]
    public void Open_of_what_is_open_changes_nothing()
    {
        var set = Rules.Set(SshFromOffice);
        Assert.Equal(set, set.Open(SshFromOffice));
    }

    [Fact]
    public void Open_over_the_quota_is_refused()
    {
        var set = Rules.Set(new PortRuleInput(22, 22, "tcp", [.. Enumerable.Range(1, 60).Select(i => $"192.0.2.{i}")]));
        Assert.False(set.TryOpen(new PortRuleInput(80, 80, "tcp", ["198.51.100.1"]), PortLimits.Default, out _, out _, out var problems));
        Assert.Equal("portInfo: would give the instance 61 IPv4 sources; at most 60 are allowed", Assert.Single(problems).ToString());
    }

    [Fact]
    public void Close_without_sources_removes_the_rule_with_that_key() =>
        Assert.Equal("80/tcp from 0.0.0.0/0, ::/0", Rules.Set(SshFromOffice, new PortRuleInput(80, 80, "tcp")).Close(new PortRuleInput(22, 22, "tcp")).ToString());

    [Fact]
    public void Close_with_sources_removes_those_sources()
    {
        var set = Rules.Set(new PortRuleInput(22, 22, "tcp", ["192.0.2.0/24", "198.51.100.7"], ["2001:db8::/32"]));
        var left = set.Close(new PortRuleInput(22, 22, "tcp", ["192.0.2.0/24"]));
        Assert.Equal("22/tcp from 198.51.100.7/32, 2001:db8::/32", left.ToString());
        Assert.Equal(PortSet.Empty, left.Close(new PortRuleInput(22, 22, "tcp", ["198.51.100.7/32"], ["2001:db8::/32"])));
    }

    [Fact]
    public void Closing_what_is_not_open_changes_nothing_and_succeeds()
    {
        var set = Rules.Set(SshFromOffice);
        Assert.Equal(set, set.Close(new PortRuleInput(443, 443, "tcp")));
        Assert.Equal(set, set.Close(new PortRuleInput(22, 22, "udp")));
        Assert.Equal(set, set.Close(new PortRuleInput(22, 22, "tcp", ["203.0.113.0/24"])));
        Assert.Equal(set, set.Close(new PortRuleInput(22, 22, "tcp", null, ["2001:db8::/32"])));
        Assert.Equal(PortSet.Empty, PortSet.Empty.Close(new PortRuleInput(0, 65535, "all")));
    }

    [Theory]
    [InlineData(22, 22, "tcp", "10.0.0.0/8", "22/tcp from 0.0.0.0/0, ::/0")]
    [InlineData(53, 53, "udp", "10.1.0.0/16", "50-60/udp from 10.0.0.0/8")]
    [InlineData(8, 0, "icmp", null, "icmp:8 from 0.0.0.0/0")]
    [InlineData(443, 443, "tcp", null, "400-500/tcp from 0.0.0.0/0")]
    [InlineData(443, 443, "tcp", "0.0.0.0/0", "400-500/tcp from 0.0.0.0/0")]
    public void Closing_what_another_rule_lets_in_whole_is_refused_and_names_it(int from, int to, string protocol, string? cidr, string cover)
    {
        var set = Rules.Set(new PortRuleInput(22, 22, "tcp"), new PortRuleInput(50, 60, "udp", ["10.0.0.0/8"]), new PortRuleInput(8, -1, "icmp"), new PortRuleInput(400, 500, "tcp", ["0.0.0.0/0"]));
        Assert.False(set.TryClose(new PortRuleInput(from, to, protocol, cidr is null ? null : [cidr]), PortLimits.Default, out _, out _, out var problems));
        Assert.Contains($"stays open because the rule `{cover}` also lets it in", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, 25, "tcp", null)]
    [InlineData(53, 53, "udp", null)]
    [InlineData(53, 53, "udp", "0.0.0.0/0")]
    [InlineData(0, 65535, "all", null)]
    [InlineData(8, -1, "icmp", "10.0.0.0/8")]
    public void Closing_what_other_rules_let_in_in_part_succeeds_and_leaves_them(int from, int to, string protocol, string? cidr)
    {
        var set = Rules.Set(new PortRuleInput(22, 22, "tcp"), new PortRuleInput(50, 60, "udp", ["10.0.0.0/8"]), new PortRuleInput(8, 0, "icmp"));
        Assert.Equal(set, set.Close(new PortRuleInput(from, to, protocol, cidr is null ? null : [cidr])));
    }

    [Fact]
    public void Rules_that_together_let_in_all_of_it_are_reason_enough_to_refuse()
    {
        var set = Rules.Set(new PortRuleInput(20, 22, "tcp", ["10.0.0.0/9"]), new PortRuleInput(21, 23, "tcp", ["10.128.0.0/9"]));
        Assert.False(set.TryClose(new PortRuleInput(21, 22, "tcp", ["10.0.0.0/8"]), PortLimits.Default, out _, out _, out var problems));
        Assert.Contains("stays open because other rules together let it in", Assert.Single(problems).Message, StringComparison.Ordinal);
        Assert.Equal(set, set.Close(new PortRuleInput(21, 23, "tcp", ["10.0.0.0/8"])));
    }

    /// <summary>Pulumi puts the new rules first and then closes each old one as it was read.</summary>
    [Fact]
    public void Closing_the_old_rules_after_a_put_of_narrower_ones_leaves_the_new_ones()
    {
        var old = Rules.Set(new PortRuleInput(22, 22, "tcp", ["0.0.0.0/0"], ["::/0"]), new PortRuleInput(80, 80, "tcp"));
        var now = Rules.Set(new PortRuleInput(22, 22, "tcp", ["10.0.0.0/8"]), new PortRuleInput(443, 443, "tcp"));
        Assert.Equal(now, old.Rules.Aggregate(now, (set, rule) => set.Close(rule.AsRead())));
    }

    [Fact]
    public void Closing_one_family_does_not_mind_a_rule_of_the_other()
    {
        var set = Rules.Set(new PortRuleInput(0, 65535, "all", null, ["2001:db8::/32"]));
        Assert.Equal(set, set.Close(new PortRuleInput(8, -1, "icmp")));
        Assert.Equal(set, set.Close(new PortRuleInput(128, -1, "icmpv6")));
        Assert.False(set.TryClose(new PortRuleInput(128, -1, "icmpv6", null, ["2001:db8::1"]), PortLimits.Default, out _, out _, out _));
    }

    [Fact]
    public void Closing_sources_that_an_alias_lets_in_is_refused()
    {
        var limits = PortLimits.Default with { Aliases = PortLimits.Default.Aliases.SetItem(PortLimits.BrowserClientAlias, [Rules.Block("198.51.100.0/24")]) };
        var set = Rules.Set(new PortRuleInput(22, 22, "tcp", null, null, [PortLimits.BrowserClientAlias]));
        Assert.False(set.TryClose(new PortRuleInput(22, 22, "tcp", ["198.51.100.9"]), limits, out _, out _, out _));
        Assert.True(set.TryClose(new PortRuleInput(22, 22, "tcp", ["203.0.113.9"]), limits, out _, out _, out _));
        Assert.True(set.TryClose(new PortRuleInput(20, 30, "tcp"), limits, out _, out _, out _));
    }

    [Fact]
    public void Closing_an_alias_where_everybody_is_let_in_is_refused()
    {
        var everybody = Rules.Set(new PortRuleInput(20, 30, "tcp"));
        Assert.False(everybody.TryClose(new PortRuleInput(22, 22, "tcp", null, null, [PortLimits.BrowserClientAlias]), PortLimits.Default, out _, out _, out _));
        var some = Rules.Set(new PortRuleInput(20, 30, "tcp", ["10.0.0.0/8"]));
        Assert.Equal(some, some.Close(new PortRuleInput(22, 22, "tcp", null, null, [PortLimits.BrowserClientAlias])));
    }

    [Fact]
    public void Close_removes_what_was_open_though_an_overlapping_rule_remains() =>
        Assert.Equal("20-30/tcp from 0.0.0.0/0, ::/0", Rules.Set(new PortRuleInput(22, 22, "tcp"), new PortRuleInput(20, 30, "tcp")).Close(new PortRuleInput(22, 22, "tcp", ["0.0.0.0/0"], ["::/0"])).ToString());

    [Fact]
    public void Open_and_close_name_every_problem_of_their_rule()
    {
        var bad = new PortRuleInput(-1, 70000, "tcp", ["10.1"]);
        Assert.False(PortSet.Empty.TryOpen(bad, PortLimits.Default, out _, out _, out var opening));
        Assert.False(PortSet.Empty.TryClose(bad, PortLimits.Default, out _, out _, out var closing));
        Assert.Equal(["portInfo.fromPort", "portInfo.toPort", "portInfo.cidrs[0]"], opening.Select(problem => problem.Field));
        Assert.Equal(opening, closing);
        Assert.False(PortSet.Empty.TryOpen(null, PortLimits.Default, out _, out _, out var missing));
        Assert.Equal("portInfo: is null; a port rule is wanted", Assert.Single(missing).ToString());
    }

    [Fact]
    public void The_key_of_the_rule_is_told_for_the_operation_record()
    {
        Assert.True(PortSet.Empty.TryOpen(SshFromOffice, PortLimits.Default, out _, out var key, out _));
        Assert.Equal("22/tcp", key.ToString());
        Assert.Equal("7000-8000/udp", new PortKey(NetworkProtocol.Udp, 7000, 8000).ToString());
    }
}
