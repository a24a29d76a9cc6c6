using CsCheck;

namespace Portlight.Domain.Tests.Ports;

/// <summary>What of one port set is open to whom.</summary>
public sealed class PortExposureTests
{
    private static readonly PortKey Ssh = new(NetworkProtocol.Tcp, 22, 22);

    [Theory]
    [InlineData("22/tcp", SourceWidth.Everyone, "0.0.0.0/0")]
    [InlineData("22/tcp", SourceWidth.Everyone, "::/0")]
    [InlineData("22/tcp", SourceWidth.Everyone, "0.0.0.0/1", "128.0.0.0/1")]
    [InlineData("22/tcp", SourceWidth.Networks, "10.0.0.0/8")]
    [InlineData("22/tcp", SourceWidth.Networks, "192.0.2.1/32", "192.0.2.2/32")]
    [InlineData("22/tcp", SourceWidth.One, "192.0.2.1/32")]
    [InlineData("22/tcp", SourceWidth.One, "2001:db8::1/128")]
    public void A_rule_is_as_wide_as_its_sources(string port, SourceWidth width, params string[] sources) =>
        Assert.Equal((port, width), Assert.Single(Of(Rule("tcp", 22, 22, sources)).Rules.Select(rule => (rule.Key.ToString(), rule.Width))));

    [Fact]
    public void A_rule_of_aliases_without_blocks_reaches_nobody() =>
        Assert.Equal(SourceWidth.Nobody, Assert.Single(PortExposure.Of(PortSet.Of(new PortRule(Ssh, [], [], ["lightsail-connect"])), PortLimits.Default.Aliases).Rules).Width);

    [Fact]
    public void A_port_is_reached_by_the_sources_of_every_rule_that_lets_it_in()
    {
        var exposure = Of(Rule("tcp", 22, 22, "192.0.2.1/32"), Rule("tcp", 20, 30, "10.0.0.0/8"), Rule("udp", 22, 22, "0.0.0.0/0"));

        Assert.Equal((SourceWidth.Networks, "10.0.0.0/8 192.0.2.1/32"), (exposure.Reaches(Ssh).Width, string.Join(' ', exposure.Reaches(Ssh).Sources)));
        Assert.Equal(SourceWidth.Nobody, exposure.Reaches(Ssh with { FromPort = 80, ToPort = 80 }).Width);
    }

    [Fact]
    public void A_port_is_reached_exactly_by_the_packets_that_the_set_lets_in() => Rules.Many.Sample(request =>
    {
        var set = Rules.Set(request);
        var exposure = PortExposure.Of(set, PortLimits.Default.Aliases);
        foreach (var packet in ModelPacket.AllThatMatter(set, PortSet.Empty).Where(packet => packet.Kind is "tcp" or "udp"))
        {
            Assert.True(NetworkProtocolText.TryParse(packet.Kind, out var protocol));
            var reaches = exposure.Reaches(new PortKey(protocol, packet.First, packet.First));
            Assert.Equal(packet.IsLetInBy(set), reaches.Sources.Any(source => source.Contains(packet.Source)));
            Assert.Equal(reaches.Width == SourceWidth.Nobody, reaches.Sources.IsEmpty);
        }
    }, iter: 100);

    [Theory]
    [InlineData(ExposureFinding.SshToEveryone, "tcp", 20, 25, "0.0.0.0/0", "::/0")]
    [InlineData(ExposureFinding.RdpToEveryone, "tcp", 3389, 3389, "0.0.0.0/0", "::/0")]
    [InlineData(ExposureFinding.DatabaseToEveryone, "tcp", 5432, 5432, "0.0.0.0/0", "::/0")]
    [InlineData(ExposureFinding.WideRangeToEveryone, "udp", 10000, 20000, "0.0.0.0/0", "::/0")]
    [InlineData(ExposureFinding.Ipv6Wider, "tcp", 443, 443, "10.0.0.0/8", "::/0")]
    public void What_somebody_should_look_at_is_found(ExposureFinding finding, string protocol, int from, int to, params string[] sources) =>
        Assert.Equal(finding, Assert.Single(Of(Rule(protocol, from, to, sources)).Findings()));

    [Fact]
    public void What_is_meant_for_everybody_is_no_finding() =>
        Assert.Empty(Of(Rule("tcp", 80, 80, "0.0.0.0/0", "::/0"), Rule("tcp", 443, 443, "0.0.0.0/0"), Rule("tcp", 22, 22, "10.0.0.0/8"), Rule("icmpv6", -1, -1, "::/0")).Findings());

    private static PortExposure Of(params PortRule[] rules) => PortExposure.Of(PortSet.Of(rules), PortLimits.Default.Aliases);

    private static PortRule Rule(string protocol, int from, int to, params string[] sources)
    {
        Assert.True(NetworkProtocolText.TryParse(protocol, out var parsed));
        var blocks = sources.Select(Rules.Block).ToList();
        return new PortRule(new PortKey(parsed, from, to), [.. blocks.Where(block => block.Width == 32)], [.. blocks.Where(block => block.Width == 128)], []);
    }
}
