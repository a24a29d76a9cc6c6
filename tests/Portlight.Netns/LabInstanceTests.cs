using System.Net;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

public sealed class LabInstanceTests
{
    [Fact]
    public void A_new_instance_has_a_namespace_that_ip_netns_knows()
    {
        using var scene = new Scene();
        scene.Put(Scene.Lab(5, Ports.Of("22/tcp")));

        Assert.Contains("pl-web-5", scene.Host.Run("ip", "netns list"), StringComparison.Ordinal);
        var addresses = scene.Host.Run("ip", "netns exec pl-web-5 ip -br addr show dev eth0");
        Assert.Contains("203.0.113.5/32", addresses, StringComparison.Ordinal);
        Assert.Contains("172.26.0.5/32", addresses, StringComparison.Ordinal);
        Assert.Contains("2001:db8:a::5/128", addresses, StringComparison.Ordinal);
        Assert.Contains($"portlight:{Scene.Installation}:5:pl-web-5", scene.Host.Run("ip", "link show dev pl5"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Scene.ClientIpv4, "203.0.113.5")]
    [InlineData(Scene.ClientIpv6, "2001:db8:a::5")]
    public void An_open_port_is_reached_from_elsewhere_and_from_the_host_and_the_instance_reaches_out(string client, string own)
    {
        using var scene = new Scene();
        var inside = scene.Inside(scene.Put(Scene.Lab(5, Ports.Of("80/tcp"))));
        using var server = inside.Listen(new IPEndPoint(TestNetwork.Address(own), 80));
        using var outside = scene.Client.Listen(new IPEndPoint(TestNetwork.Address(client), 8080));

        using var fromClient = scene.Client.Connect(new IPEndPoint(TestNetwork.Address(own), 80));
        using var fromHost = scene.Host.Connect(new IPEndPoint(TestNetwork.Address(own), 80));
        using var outward = inside.Connect(new IPEndPoint(TestNetwork.Address(client), 8080));

        Assert.True(fromClient.Connected && fromHost.Connected && outward.Connected);
        Assert.Equal(own, ((IPEndPoint)outward.LocalEndPoint!).Address.ToString());
    }
}
