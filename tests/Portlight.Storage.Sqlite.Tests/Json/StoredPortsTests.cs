using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite.Tests.Json;

/// <summary>How ports stand in rows: short, and every form that a row may still have.</summary>
public sealed class StoredPortsTests
{
    private static readonly PortSet Ports = PortSet.Of(
        PortRule.FromEverywhere(new PortKey(NetworkProtocol.Tcp, 22, 22)),
        PortRule.FromEverywhere(new PortKey(NetworkProtocol.Udp, 5000, 5100)),
        PortRule.FromEverywhere(new PortKey(NetworkProtocol.Icmp, -1, -1)),
        PortRule.FromEverywhere(new PortKey(NetworkProtocol.Icmpv6, 128, -1)),
        PortRule.FromEverywhere(new PortKey(NetworkProtocol.All, 0, 65535)),
        new PortRule(new PortKey(NetworkProtocol.Tcp, 443, 443), [Cidr.Create(System.Net.Sockets.AddressFamily.InterNetwork, 0xC0000200, 24)], [Cidr.AnyIpv6], ["lightsail-connect"]));

    [Fact]
    public void What_is_written_is_read_as_it_was()
    {
        using var json = new JsonBuffer();

        var text = json.Write(Ports, PortSetJson.WriteAlone).ToArray();

        Assert.Equal(
            """{"ports":["tcp 22","udp 5000 5100","icmp -1","icmpv6 128 -1","all 0 65535",{"protocol":"tcp","from":443,"ipv4":["192.0.2.0/24"],"ipv6":["::/0"],"aliases":["lightsail-connect"]}]}""",
            System.Text.Encoding.UTF8.GetString(text));
        Assert.Equal(Ports, PortSetJson.ReadAlone(text));
    }

    [Theory]
    [InlineData("""{"ports":[{"protocol":"tcp","from":22,"any":true}]}""")]
    [InlineData("""{"ports":[{"protocol":"tcp","from":22,"to":22,"ipv4":["0.0.0.0/0"],"ipv6":["::/0"]}]}""")]
    public void Rows_of_before_are_read(string text) =>
        Assert.Equal(PortSet.Of(PortRule.FromEverywhere(new PortKey(NetworkProtocol.Tcp, 22, 22))), PortSetJson.ReadAlone(System.Text.Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("""{"ports":["tcp"]}""")]
    [InlineData("""{"ports":["tcp 22 22 22"]}""")]
    [InlineData("""{"ports":["gre 22"]}""")]
    [InlineData("""{"ports":["tcp  22"]}""")]
    [InlineData("""{"ports":["tcp x"]}""")]
    [InlineData("""{"ports":[22]}""")]
    public void What_nobody_wrote_is_damage(string text) =>
        Assert.Throws<JsonException>(() => PortSetJson.ReadAlone(System.Text.Encoding.UTF8.GetBytes(text)));
}
