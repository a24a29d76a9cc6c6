using System.Collections.Immutable;

namespace Portlight.Domain.Tests.Ports;

public sealed class PortSetPutTests
{
    [Fact]
    public void No_rules_close_everything() => Assert.Equal(PortSet.Empty, Put());

    [Fact]
    public void No_source_named_lets_everybody_in_on_both_families() =>
        Assert.Equal("22/tcp from 0.0.0.0/0, ::/0", Put(new PortRuleInput(22, 22, "tcp")).ToString());

    [Theory]
    [InlineData("icmp", "icmp:8 from 0.0.0.0/0")]
    [InlineData("icmpv6", "icmpv6:8 from ::/0")]
    public void Icmp_without_sources_is_of_its_own_family_alone(string protocol, string expected) =>
        Assert.Equal(expected, Put(new PortRuleInput(8, -1, protocol)).ToString());

    [Fact]
    public void Only_one_family_named_lets_only_that_family_in()
    {
        Assert.Equal("22/tcp from 192.0.2.0/24", Put(new PortRuleInput(22, 22, "tcp", ["192.0.2.0/24"])).ToString());
        Assert.Equal("22/tcp from 192.0.2.0/24", Put(new PortRuleInput(22, 22, "tcp", ["192.0.2.0/24"], [], [])).ToString());
        Assert.Equal("22/tcp from 2001:db8::/32", Put(new PortRuleInput(22, 22, "tcp", null, ["2001:db8::/32"])).ToString());
    }

    [Fact]
    public void Only_an_alias_named_lets_only_its_ranges_in()
    {
        var set = Put(new PortRuleInput(22, 22, "tcp", null, null, ["lightsail-connect"]));
        Assert.Equal("22/tcp from lightsail-connect", set.ToString());
        var aliases = ImmutableSortedDictionary<string, ImmutableArray<Cidr>>.Empty.Add("lightsail-connect", [Rules.Block("198.51.100.0/24")]);
        Assert.Equal("22/tcp from 198.51.100.0/24", set.Resolve(aliases).ToString());
        Assert.False(Assert.Single(set.Resolve(PortLimits.Default.Aliases).Rules).HasSources);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 65535)]
    [InlineData(65535, 65535)]
    public void The_ends_of_the_range_of_ports_are_ports(int from, int to)
    {
        var rule = Assert.Single(Put(new PortRuleInput(from, to, "UDP", ["192.0.2.1"])).Rules);
        Assert.Equal(new PortKey(NetworkProtocol.Udp, from, to), rule.Key);
    }

    [Theory]
    [InlineData("TCP", NetworkProtocol.Tcp)]
    [InlineData("Udp", NetworkProtocol.Udp)]
    [InlineData("ICMP", NetworkProtocol.Icmp)]
    [InlineData("icmpV6", NetworkProtocol.Icmpv6)]
    [InlineData("icmp6", NetworkProtocol.Icmpv6)]
    [InlineData("ALL", NetworkProtocol.All)]
    [InlineData("-1", NetworkProtocol.All)]
    public void Protocols_are_read_in_any_case(string text, NetworkProtocol protocol)
    {
        Assert.True(NetworkProtocolText.TryParse(text, out var read));
        Assert.Equal(protocol, read);
        Assert.True(NetworkProtocolText.TryParse(read.ToWire(), out var again));
        Assert.Equal(protocol, again);
    }

    [Fact]
    public void Rules_of_one_key_merge_in_order_of_first_appearance()
    {
        var set = Put(
            new PortRuleInput(443, 443, "tcp", ["192.0.2.1"]),
            new PortRuleInput(22, 22, "tcp", ["192.0.2.2"]),
            new PortRuleInput(443, 443, "TCP", ["192.0.2.3", "192.0.2.1/32"], ["2001:db8::1"]),
            new PortRuleInput(443, 443, "udp", ["192.0.2.1"]));
        Assert.Equal("443/tcp from 192.0.2.1/32, 192.0.2.3/32, 2001:db8::1/128; 22/tcp from 192.0.2.2/32; 443/udp from 192.0.2.1/32", set.ToString());
    }

    [Fact]
    public void Overlapping_rules_are_kept() =>
        Assert.Equal(3, Put(new PortRuleInput(20, 30, "tcp"), new PortRuleInput(22, 22, "tcp"), new PortRuleInput(0, 65535, "all")).Rules.Length);

    [Fact]
    public void All_keeps_the_ports_it_was_given()
    {
        var set = Put(new PortRuleInput(100, 200, "all", ["192.0.2.1"]), new PortRuleInput(-1, -1, "all", ["192.0.2.2"]));
        Assert.Equal("100-200/all from 192.0.2.1/32; all from 192.0.2.2/32", set.ToString());
    }

    [Theory]
    [InlineData(22, 0, "tcp", "portInfos[0].fromPort: `22` is greater than toPort `0` (what a missing one is); a range goes from the lower port to the higher")]
    [InlineData(22, 22, null, "portInfos[0].protocol: is missing; one of tcp, udp, icmp, icmpv6, all is wanted")]
    [InlineData(22, 22, "sctp", "portInfos[0].protocol: `sctp` is not one of tcp, udp, icmp, icmpv6, all")]
    [InlineData(-1, 22, "tcp", "portInfos[0].fromPort: `-1` is not a port from 0 to 65535")]
    [InlineData(22, 65536, "tcp", "portInfos[0].toPort: `65536` is not a port from 0 to 65535")]
    [InlineData(23, 22, "udp", "portInfos[0].fromPort: `23` is greater than toPort `22`; a range goes from the lower port to the higher")]
    [InlineData(-1, 0, "icmp", "portInfos[0].toPort: `0` is one code of every ICMP type; with a type of −1 the code must be −1")]
    [InlineData(256, -1, "icmpv6", "portInfos[0].fromPort: `256` is not an ICMP type (−1 for every type) from -1 to 255")]
    [InlineData(8, 256, "icmp", "portInfos[0].toPort: `256` is not an ICMP code (−1 for every code) from -1 to 255")]
    [InlineData(8, -1, "icpm", "portInfos[0].protocol: `icpm` is not one of tcp, udp, icmp, icmpv6, all")]
    [InlineData(-2, 0, "all", "portInfos[0].fromPort: `-2` is not a port from -1 to 65535")]
    public void A_bad_port_or_protocol_is_named(int from, int to, string? protocol, string problem) =>
        Assert.Equal([problem], Refused(new PortRuleInput(from, to, protocol)));

    [Fact]
    public void A_code_without_a_type_may_be_any_and_a_type_above_the_code_is_no_reversed_range() =>
        Assert.Equal("icmp:8:0 from 0.0.0.0/0", Put(new PortRuleInput(8, 0, "icmp")).ToString());

    [Fact]
    public void Lists_that_are_all_empty_are_refused()
    {
        Assert.StartsWith("portInfos[0]: names source lists that are all empty", Assert.Single(Refused(new PortRuleInput(22, 22, "tcp", [], [], []))));
        Assert.Single(Refused(new PortRuleInput(22, 22, "tcp", [])));
    }

    [Fact]
    public void Sources_of_the_other_family_are_refused_for_icmp()
    {
        Assert.StartsWith("portInfos[0].ipv6Cidrs: names IPv6 sources of `icmp`", Assert.Single(Refused(new PortRuleInput(8, -1, "icmp", null, ["::/0"]))));
        Assert.StartsWith("portInfos[0].cidrs: names IPv4 sources of `icmpv6`", Assert.Single(Refused(new PortRuleInput(128, 0, "icmpv6", ["0.0.0.0/0"]))));
    }

    [Fact]
    public void Every_problem_of_a_request_is_named_with_index_and_field()
    {
        var problems = Refused(
            new PortRuleInput(80, 80, "tcp"),
            new PortRuleInput(70000, -5, "tcp", ["10.1", "192.0.2.0/24", null], ["::ffff:1.2.3.4"], ["nobody", null]),
            null,
            new PortRuleInput(1, 2, "gre"));
        Assert.Equal(
            [
                "portInfos[1].fromPort: `70000` is not a port from 0 to 65535",
                "portInfos[1].toPort: `-5` is not a port from 0 to 65535",
                "portInfos[1].cidrs[0]: `10.1` is not an IPv4 address of four numbers from 0 to 255 without leading zeros",
                "portInfos[1].cidrs[2]: `null` is empty",
                "portInfos[1].ipv6Cidrs[0]: `::ffff:1.2.3.4` is an IPv4-mapped IPv6 address; name the IPv4 address in `cidrs`",
                "portInfos[1].cidrListAliases[0]: `nobody` is not a known alias; known: lightsail-connect",
                "portInfos[1].cidrListAliases[1]: `null` is not a known alias; known: lightsail-connect",
                "portInfos[2]: is null; a port rule is wanted",
                "portInfos[3].protocol: `gre` is not one of tcp, udp, icmp, icmpv6, all",
            ],
            problems);
    }

    [Fact]
    public void Sixty_sources_of_each_family_are_allowed_and_not_one_more()
    {
        var sixty = new PortRuleInput(22, 22, "tcp", Addresses(60), Ipv6Addresses(60));
        Assert.Equal(60, Put(sixty).Rules[0].Ipv4Sources.Length);
        Assert.Equal(
            ["portInfos: would give the instance 61 IPv4 sources; at most 60 are allowed", "portInfos: would give the instance 61 IPv6 sources; at most 60 are allowed"],
            Refused(sixty, new PortRuleInput(23, 23, "tcp", ["192.0.3.1"], ["2001:db9::1"])));
    }

    [Fact]
    public void A_source_that_several_rules_name_counts_once() =>
        Assert.Equal(2, Put(new PortRuleInput(22, 22, "tcp", Addresses(60)), new PortRuleInput(80, 80, "tcp", Addresses(60))).Rules.Length);

    [Fact]
    public void The_number_of_rules_is_bounded()
    {
        var rules = Enumerable.Range(1, 1001).Select(port => new PortRuleInput(port, port, "tcp")).ToArray();
        Assert.Equal(1000, Put(rules[..1000]).Rules.Length);
        Assert.Equal(["portInfos: would give the instance 1001 rules; at most 1000 are allowed"], Refused(rules));
    }

    private static List<string?> Addresses(int count) => [.. Enumerable.Range(1, count).Select(i => $"192.0.2.{i}")];

    private static List<string?> Ipv6Addresses(int count) => [.. Enumerable.Range(1, count).Select(i => $"2001:db8::{i:x}")];

    private static PortSet Put(params PortRuleInput?[] inputs)
    {
        Assert.True(PortSet.TryCreate(inputs, PortLimits.Default, out var set, out var problems), string.Join("; ", problems));
        return set;
    }

    private static string[] Refused(params PortRuleInput?[] inputs)
    {
        Assert.False(PortSet.TryCreate(inputs, PortLimits.Default, out var set, out var problems));
        Assert.Equal(PortSet.Empty, set);
        return [.. problems.Select(problem => problem.ToString())];
    }
}
