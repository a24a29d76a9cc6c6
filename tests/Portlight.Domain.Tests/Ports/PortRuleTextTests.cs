using CsCheck;

namespace Portlight.Domain.Tests.Ports;

/// <summary>Rules as the log keeps them read back as they were.</summary>
public sealed class PortRuleTextTests
{
    private static readonly Gen<PortKey> Key = Gen.OneOf(
        from protocol in Gen.OneOf(NetworkProtocol.Tcp, NetworkProtocol.Udp, NetworkProtocol.All)
        from first in Gen.Int[0, 65535]
        from last in Gen.Frequency((1, Gen.Const(first)), (1, Gen.Int[first, 65535]))
        select new PortKey(protocol, first, last),
        from protocol in Gen.OneOf(NetworkProtocol.Icmp, NetworkProtocol.Icmpv6)
        from type in Gen.Int[-1, 255]
        from code in type == -1 ? Gen.Const(-1) : Gen.Int[-1, 255]
        select new PortKey(protocol, type, code));

    private static readonly Gen<PortRule> Rule =
        from key in Key
        from everywhere in Gen.Bool
        from ipv4 in Gen.OneOf("0.0.0.0/0", "192.0.2.0/24", "198.51.100.7/32").Array[0, 3]
        from ipv6 in Gen.OneOf("::/0", "2001:db8::/32", "2001:db8::1/128").Array[0, 3]
        from alias in Gen.Bool
        let rule = new PortRule(key, [.. ipv4.Distinct().Select(Rules.Block)], [.. ipv6.Distinct().Select(Rules.Block)], alias ? ["lightsail-connect"] : [])
        select everywhere || !rule.HasSources ? PortRule.FromEverywhere(key) : rule;

    [Fact]
    public void What_is_written_reads_back_as_the_same_rule() => Rule.Sample(rule =>
    {
        Assert.True(PortRuleText.TryRead(rule.ToShortText(), out var read), rule.ToShortText());
        Assert.Equal(rule, read);
        Assert.True(PortRuleText.TryRead(rule.ToString(), out read), rule.ToString());
        Assert.Equal(rule, read);
    });

    [Theory]
    [InlineData("")]
    [InlineData("443")]
    [InlineData("443/sctp")]
    [InlineData("8/icmp")]
    [InlineData("-1/tcp")]
    [InlineData("90-80/tcp")]
    [InlineData("70000/tcp")]
    [InlineData("icmp:256")]
    [InlineData("icmp:8:0:0")]
    [InlineData("tcp:22")]
    public void What_nothing_writes_is_no_rule(string text) => Assert.False(PortRuleText.TryRead(text, out _));
}
