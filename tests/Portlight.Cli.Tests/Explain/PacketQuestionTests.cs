using Portlight.Cli.Explain;
using Portlight.Cli.Ports;

namespace Portlight.Cli.Tests.Explain;

/// <summary>One packet, as the command line names it.</summary>
public class PacketQuestionTests
{
    [Theory]
    [InlineData("192.0.2.9", "22", "tcp", 22, "192.0.2.9/32", null)]
    [InlineData("2001:db8::7", "53/udp", "udp", 53, null, "2001:db8::7/128")]
    [InlineData("fe80::1", "icmpv6:135:0", "icmpv6", 135, null, "fe80::1/128")]
    public void A_packet_is_asked_about_as_the_narrowest_rule_that_lets_it_in(string from, string packet, string protocol, int port, string? ipv4, string? ipv6)
    {
        var rule = Of(from, packet).ToRule();

        Assert.Equal((protocol, port, ipv4, ipv6), (rule.Protocol, rule.FromPort, rule.Cidrs?.Single(), rule.Ipv6Cidrs?.Single()));
    }

    [Theory]
    [InlineData("10.1", "22")]
    [InlineData("192.0.2.0/24", "22")]
    [InlineData("192.0.2.1", "22-23")]
    [InlineData("192.0.2.1", "icmpv6:135")]
    [InlineData("2001:db8::1", "ping")]
    public void What_is_not_one_packet_is_refused(string from, string packet) => Assert.Throws<UsageException>(() => Of(from, packet));

    private static PacketQuestion Of(string from, string packet) => PacketQuestion.Of(from, PortText.SetOf(PortReader.Read([packet])).Rules[0].Key);
}
