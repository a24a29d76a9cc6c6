using Portlight.Cli.Verbs;
using Portlight.Wire.Lightsail;

namespace Portlight.Cli.Tests.Verbs;

public class PortTextTests
{
    [Theory]
    [InlineData("tcp:22", "tcp", 22, 22)]
    [InlineData("UDP:8000-8010", "udp", 8000, 8010)]
    [InlineData("icmp", "icmp", -1, -1)]
    [InlineData("icmp:8-0", "icmp", 8, 0)]
    [InlineData("all", "all", 0, 65535)]
    [InlineData("tcp:70000", "tcp", 70000, 70000)] // the server refuses it, in the words every client gets
    public void A_rule(string text, string protocol, int from, int to)
    {
        Assert.True(PortText.TryParse(text, out var rule, out _));
        Assert.Equal((protocol, from, to), (rule.Protocol, rule.FromPort!.Value, rule.ToPort!.Value));
        Assert.Null(rule.Cidrs);
    }

    [Fact]
    public void Sources_go_by_family()
    {
        Assert.True(PortText.TryParse("tcp:443@192.0.2.0/24,2001:db8::/32", out var rule, out _));
        Assert.Equal(["192.0.2.0/24"], rule.Cidrs);
        Assert.Equal(["2001:db8::/32"], rule.Ipv6Cidrs);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tcp")]
    [InlineData("tcp:")]
    [InlineData("tcp:a")]
    [InlineData("tcp:1-2-3")]
    [InlineData("tcp:-1")]
    [InlineData("22")]
    [InlineData("tcp:22@")]
    public void No_rule(string text)
    {
        Assert.False(PortText.TryParse(text, out _, out var problem));
        Assert.Contains($"`{text}` must be {PortText.Syntax}", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp", 22, 22, "0.0.0.0/0", "tcp:22")]
    [InlineData("tcp", 22, 22, "192.0.2.0/24", "tcp:22 from 192.0.2.0/24")]
    [InlineData("udp", 1, 9, "0.0.0.0/0", "udp:1-9")]
    [InlineData("icmp", -1, -1, "0.0.0.0/0", "icmp")]
    [InlineData("icmp", 8, 0, "0.0.0.0/0", "icmp:8/0")]
    [InlineData("all", 0, 65535, "0.0.0.0/0", "all")]
    public void A_rule_as_an_operator_reads_it(string protocol, int from, int to, string source, string text) =>
        Assert.Equal(text, PortText.Of(new InstancePortState { Protocol = protocol, FromPort = from, ToPort = to, State = "open", Cidrs = [source] }));
}
