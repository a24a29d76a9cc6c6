using Portlight.Cli.Verbs;
using Portlight.Wire.Lightsail;

namespace Portlight.Cli.Tests.Verbs;

/// <summary>The guard that keeps an operator from locking himself out.</summary>
public class SshSessionTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void At_the_machine_itself_there_is_no_session(string? connection) => Assert.Null(SshSession.Parse(connection));

    [Theory]
    [InlineData("192.0.2.7 50000 198.51.100.1 22", "tcp", 22, 22, "0.0.0.0/0", true)]
    [InlineData("192.0.2.7 50000 198.51.100.1 22", "tcp", 1, 65535, "192.0.2.0/24", true)]
    [InlineData("192.0.2.7 50000 198.51.100.1 22", "all", 0, 65535, "192.0.2.7/32", true)]
    [InlineData("192.0.2.7 50000 198.51.100.1 2222", "tcp", 22, 22, "0.0.0.0/0", false)]
    [InlineData("192.0.2.7 50000 198.51.100.1 22", "udp", 22, 22, "0.0.0.0/0", false)]
    [InlineData("192.0.2.7 50000 198.51.100.1 22", "tcp", 22, 22, "198.51.100.0/24", false)]
    [InlineData("192.0.2.7 50000 198.51.100.1 22", "tcp", 22, 22, "::/0", false)]
    [InlineData("2001:db8::7 50000 2001:db8::1 22", "tcp", 22, 22, "::/0", true)]
    [InlineData("fe80::7%eth0 50000 fe80::1%eth0 22", "tcp", 22, 22, "::/0", true)]
    [InlineData("words that mean nothing", "all", 0, 65535, "0.0.0.0/0", false)]
    [InlineData("192.0.2.7", "all", 0, 65535, "0.0.0.0/0", false)]
    public void A_session_passes_by_a_rule_for_its_port_and_its_address(string connection, string protocol, int from, int to, string source, bool passes)
    {
        var isIpv6 = source.Contains(':', StringComparison.Ordinal);
        var state = new InstancePortState { FromPort = from, ToPort = to, Protocol = protocol, State = "open", Cidrs = isIpv6 ? [] : [source], Ipv6Cidrs = isIpv6 ? [source] : [] };
        Assert.Equal(passes, SshSession.Parse(connection)!.Passes([state], []));
    }

    [Fact]
    public void A_private_network_passes_whatever_is_open() => Assert.True(SshSession.Parse("10.0.0.5 50000 10.0.0.1 22")!.Passes([], ["10.0.0.0/8"]));
}
