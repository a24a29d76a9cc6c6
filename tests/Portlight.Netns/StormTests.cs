using System.Globalization;
using System.Net;
using Portlight.Domain;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>Replacements under traffic: nothing leaks to a port that must stay closed, nothing is lost to one that must stay open.</summary>
[Trait("machine", "alone")]
public sealed class StormTests
{
    private const int OpenPort = 80;
    private const int ClosedPort = 9999;

    // All let the client in to 80/udp and nobody to 9999/udp; each gives the kernel other elements of other sets.
    private static readonly PortSet[] Sets =
    [
        Ports.Of("80/udp; 22/tcp; 443/tcp"),
        Ports.Of("70-90/udp from 198.51.100.0/24, 2001:db8:c::/48; 9000-10000/tcp"),
        Ports.Of("0-9998/udp; 10000-65535/udp; 8:-1/icmp"),
        Ports.Of("80/udp from 198.51.100.10, 2001:db8:c::10; 9999/udp from 203.0.113.77; 0-65535/all from 192.0.2.128/25"),
        Ports.Of("80/udp from 198.51.100.0/24, 2001:db8:c::/48; 9000-10000/tcp; 22/tcp from 198.51.100.0/24"),
    ];

    [Theory]
    [InlineData(Place.LabForwarded, "203.0.113.9", Scene.ClientIpv4)]
    [InlineData(Place.LabForwarded, "2001:db8:a::9", Scene.ClientIpv6)]
    [InlineData(Place.BridgedForwarded, "203.0.113.9", Scene.ClientIpv4)]
    [InlineData(Place.ThisHost, "192.0.2.1", Scene.ClientIpv4)]
    public void Replacements_leak_nothing_and_lose_nothing(Place place, string to, string from)
    {
        // PORTLIGHT_STORM=1 makes it the thousand that the design asks for.
        var replacements = Environment.GetEnvironmentVariable("PORTLIGHT_STORM") == "1" ? 1000 : 200;
        using var scene = new Scene();
        var trial = new PacketTrial(scene, place);
        trial.Verdicts(Sets[0], []);
        var target = TestNetwork.Address(to);
        using var open = trial.Inside.Udp(new IPEndPoint(target, OpenPort));
        using var closed = trial.Inside.Udp(new IPEndPoint(target, ClosedPort));
        using var client = scene.Client.Udp(new IPEndPoint(TestNetwork.Address(from), 0));
        using var traffic = new Traffic(client, open, new IPEndPoint(target, OpenPort), new IPEndPoint(target, ClosedPort));

        for (var i = 1; i <= replacements; i++)
        {
            traffic.Begin(string.Create(CultureInfo.InvariantCulture, $"{i}: to set {i % Sets.Length}"));
            trial.Put(Sets[i % Sets.Length]);
            // A few packets between any two replacements at least; the sender never stops for them.
            traffic.AwaitPassed(10);
        }

        var (sent, received) = traffic.Stop();
        Assert.Equal("", traffic.Lost());
        Assert.Equal(sent, received);
        Assert.True(sent >= replacements * 10, string.Create(CultureInfo.InvariantCulture, $"{sent} packets are too few for {replacements} replacements"));

        // All that was sent to the open port has arrived, and what went to the closed one went before it.
        Assert.Equal(0, closed.Available);
    }

    [Theory]
    [InlineData("443/udp", "all from 198.51.100.0/24")]
    [InlineData("443/udp", "0-65535/udp from 198.51.100.0/24")]
    [InlineData("400-500/udp", "all from 198.51.100.0/24")]
    [InlineData("400-500/udp", "0-65535/udp from 198.51.100.0/24")]
    [InlineData("0-5000/udp; 443/udp from 198.51.100.10", "0-1001/udp from 198.51.100.0/24")]
    public void A_port_open_before_and_after_loses_nothing(string one, string other)
    {
        var replacements = Environment.GetEnvironmentVariable("PORTLIGHT_STORM") == "1" ? 1200 : 60;
        PortSet[] sets = [Ports.Of(one), Ports.Of(other)];
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, sets[0]));
        var target = Scene.PublicIpv4(9);
        using var open = scene.Inside(instance).Udp(new IPEndPoint(target, 443));
        using var client = scene.Client.Udp(new IPEndPoint(TestNetwork.Address(Scene.ClientIpv4), 0));
        using var traffic = new Traffic(client, open, new IPEndPoint(target, 443), new IPEndPoint(target, 9));
        for (var i = 1; i <= replacements; i++)
        {
            traffic.Begin(string.Create(CultureInfo.InvariantCulture, $"{i}: to {(i % 2 == 0 ? one : other)}"));
            instance = scene.Put(instance with { Ports = sets[i % 2] });
            traffic.AwaitPassed(10);
        }

        var (sent, received) = traffic.Stop();
        Assert.Equal("", traffic.Lost());
        Assert.Equal(sent, received);
    }
}
