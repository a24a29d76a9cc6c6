using Portlight.Console.Networking;
using Portlight.Console.Ports;
using Portlight.Wire.PortlightApi;

namespace Portlight.Console.Tests.Networking;

public sealed class DraftVerdictTests
{
    private static readonly PortChangeEffect[] Effects =
    [
        new() { Kind = "narrows", Protocol = "tcp", FromPort = 22, ToPort = 22, Before = new() { Cidrs = ["0.0.0.0/0"], Ipv6Cidrs = ["::/0"] }, After = new() { Cidrs = ["192.0.2.0/24"] } },
        new() { Kind = "opens", Protocol = "udp", FromPort = 5000, ToPort = 5010, Before = new(), After = new() { Ipv6Cidrs = ["2001:db8::/33"] } },
        new() { Kind = "closes", Protocol = "icmp", FromPort = -1, ToPort = -1, Before = new() { Cidrs = ["0.0.0.0/0"] }, After = new() },
    ];

    [Theory]
    [InlineData("tcp", 22, "192.0.2.7", null)]
    [InlineData("tcp", 22, "198.51.100.7", false)]
    [InlineData("tcp", 22, "2001:db8::7", false)]
    [InlineData("tcp", 23, "198.51.100.7", null)]
    [InlineData("udp", 22, "198.51.100.7", null)]
    [InlineData("udp", 5010, "2001:db8::7", true)]
    [InlineData("udp", 5011, "2001:db8::7", null)]
    [InlineData("icmp", 8, "198.51.100.7", false)]
    [InlineData("tcp", 22, "somewhere", null)]
    public void A_draft_is_said_to_matter_to_a_packet_where_it_does(string protocol, int port, string source, bool? isLetIn) =>
        Assert.Equal(isLetIn, DraftVerdict.Of(Effects, new PortRule(protocol, port, port, [source])));
}
