using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;

namespace Portlight.Domain.Tests.Ports;

public sealed class PortCoverageTests
{
    private static readonly string[] WholeIpv4LessSpecial = [.. Minus("0.0.0.0/0", "0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "192.168.0.0/16", "198.51.100.0/24", "224.0.0.0/3")];

    [Theory]
    [InlineData("tcp", 22, 22, "0.0.0.0/0")]
    [InlineData("tcp", 0, 65535, "0.0.0.0/0")]
    [InlineData("all", 0, 0, "0.0.0.0/0")]
    [InlineData("tcp", 22, 22, "0.0.0.0/1", "128.0.0.0/1")]
    [InlineData("tcp", 22, 22, "::/0")]
    [InlineData("tcp", 22, 22, "2000::/3")]
    [InlineData("tcp", 20, 30, "2000::/4", "3000::/4")]
    public void Is_open_to_all(string protocol, int from, int to, params string[] sources) =>
        Assert.True(Of(Rule(protocol, from, to, sources)).IsOpenToAll(new PortKey(NetworkProtocol.Tcp, 22, 22)));

    [Theory]
    [InlineData("tcp", 22, 22, "10.0.0.0/8")]
    [InlineData("tcp", 22, 22, "0.0.0.0/1")]
    [InlineData("tcp", 23, 30, "0.0.0.0/0")]
    [InlineData("udp", 22, 22, "0.0.0.0/0")]
    [InlineData("tcp", 22, 22, "2000::/4")]
    public void Is_not_open_to_all(string protocol, int from, int to, params string[] sources) =>
        Assert.False(Of(Rule(protocol, from, to, sources)).IsOpenToAll(new PortKey(NetworkProtocol.Tcp, 22, 22)));

    [Fact]
    public void Two_rules_of_other_ports_open_what_they_share() =>
        Assert.True(Of(Rule("tcp", 22, 22, "0.0.0.0/1"), Rule("tcp", 20, 25, "128.0.0.0/1")).IsOpenToAll(new PortKey(NetworkProtocol.Tcp, 20, 25)));

    [Fact]
    public void Two_rules_that_share_no_port_open_nothing_together() =>
        Assert.False(Of(Rule("tcp", 22, 22, "0.0.0.0/1"), Rule("tcp", 23, 25, "128.0.0.0/1")).IsOpenToAll(new PortKey(NetworkProtocol.Tcp, 20, 25)));

    [Fact]
    public void To_leave_out_what_nobody_can_have_makes_no_difference() =>
        Assert.True(Of(Rule("tcp", 22, 22, WholeIpv4LessSpecial)).IsOpenToAll(new PortKey(NetworkProtocol.Tcp, 22, 22)));

    [Fact]
    public void To_leave_out_one_address_that_somebody_can_have_makes_it_not_open_to_all() =>
        Assert.False(Of(Rule("tcp", 22, 22, [.. Minus("0.0.0.0/0", "9.9.9.9/32")])).IsOpenToAll(new PortKey(NetworkProtocol.Tcp, 22, 22)));

    [Fact]
    public void All_covers_every_protocol_and_every_protocol_does_not_cover_all()
    {
        var everything = Of(Rule("all", -1, -1, "0.0.0.0/0"));
        var named = Of(Rule("tcp", 0, 65535, "0.0.0.0/0"), Rule("udp", 0, 65535, "0.0.0.0/0"), Rule("icmp", -1, -1, "0.0.0.0/0"));

        Assert.True(everything.Covers(named));
        Assert.False(named.Covers(everything)); // GRE, SCTP and the like
    }

    [Fact]
    public void Every_code_of_a_type_is_the_type()
    {
        var codes = Enumerable.Range(0, 256).Select(code => Rule("icmp", 8, code, "0.0.0.0/0")).ToArray();

        Assert.True(Of(codes).Covers(Of(Rule("icmp", 8, -1, "0.0.0.0/0"))));
        Assert.False(Of(codes[1..]).Covers(Of(Rule("icmp", 8, -1, "0.0.0.0/0"))));
    }

    [Fact]
    public void An_alias_is_its_blocks_and_one_that_stands_for_nothing_is_itself()
    {
        var known = ImmutableDictionary<string, ImmutableArray<Cidr>>.Empty.Add("office", [Rules.Block("192.0.2.0/24")]).Add("empty", []);
        PortCoverage Named(string alias) => PortCoverage.Of(PortSet.Of(new PortRule(new PortKey(NetworkProtocol.Tcp, 22, 22), [], [], [alias])), known);
        PortCoverage Blocks(params string[] sources) => PortCoverage.Of(PortSet.Of(Rule("tcp", 22, 22, sources)), known);

        Assert.True(Blocks("192.0.2.0/24").Covers(Named("office")));
        Assert.True(Named("office").Covers(Blocks("192.0.2.0/25")));
        Assert.False(Blocks("192.0.2.0/24").Covers(Named("empty")));
        Assert.False(Blocks("0.0.0.0/0").Covers(Named("empty"))); // it may be of the other family
        Assert.True(Blocks("0.0.0.0/0", "::/0").Covers(Named("empty")));
        Assert.True(Named("empty").Covers(Named("empty")));
    }

    /// <summary>The largest set that the limits allow, every rule overlapping every other: a policy must not make a request slow. What a busy machine does meanwhile is no fault of it, so one try of five is enough.</summary>
    [Fact]
    public void The_largest_set_is_compared_in_less_than_two_seconds()
    {
        string[] sources = [.. Enumerable.Range(0, 60).Select(i => $"{2 * i}.0.0.0/8"), .. Enumerable.Range(0, 60).Select(i => $"{(2 * i).ToString("x", CultureInfo.InvariantCulture)}00::/8")];
        var rules = Enumerable.Range(0, 1000).Select(i => Rule("tcp", i, 65535 - i, [.. sources.Where((_, s) => (s ^ i) % 3 > 0)])).ToArray();

        var took = new List<TimeSpan>();
        do
        {
            var began = Stopwatch.GetTimestamp();
            var coverage = Of(rules);
            Assert.All(rules, rule => Assert.True(coverage.Covers(rule) && coverage.IsOpenToAll(rule.Key) is false));
            took.Add(Stopwatch.GetElapsedTime(began));
        }
        while (took[^1] >= TimeSpan.FromSeconds(2) && took.Count < 5);

        Assert.True(took[^1] < TimeSpan.FromSeconds(2), string.Join(", ", took));
    }

    private static PortCoverage Of(params PortRule[] rules) => PortCoverageLaws.Of(PortSet.Of(rules));

    private static PortRule Rule(string protocol, int from, int to, params string[] sources)
    {
        Assert.True(NetworkProtocolText.TryParse(protocol, out var parsed));
        var blocks = sources.Select(Rules.Block).ToList();
        return new PortRule(new PortKey(parsed, from, to), [.. blocks.Where(block => block.Width == 32)], [.. blocks.Where(block => block.Width == 128)], []);
    }

    /// <summary>Blocks that are one block less others.</summary>
    private static IEnumerable<string> Minus(string whole, params string[] holes)
    {
        var block = Rules.Block(whole);
        var inside = holes.Select(Rules.Block).Where(hole => hole.Overlaps(block)).ToList();
        if (inside.Count == 0)
        {
            return [whole];
        }

        return inside.Any(hole => hole.Contains(block))
            ? []
            : Minus(Cidr.Create(block.Family, block.Network, block.PrefixLength + 1).ToString(), holes).Concat(Minus(Cidr.Create(block.Family, block.Last, block.PrefixLength + 1).ToString(), holes));
    }
}
