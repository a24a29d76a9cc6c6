using System.Net;
using Portlight.Domain;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>Ports that a container engine publishes by destination NAT on the machine itself: the best-known hole of firewalls that filter at input.</summary>
public sealed class PublishedPortTests
{
    private const string Published = """
        table ip engine {
            chain prerouting {
                type nat hook prerouting priority dstnat
                tcp dport 8080 dnat to 172.17.0.2:80
            }
        }
        table ip6 engine {
            chain prerouting {
                type nat hook prerouting priority dstnat
                tcp dport 8080 dnat to [fd17::2]:80
            }
        }
        """;

    [Theory]
    [InlineData("10.255.1.1", "8080/tcp from 198.51.100.1")]
    [InlineData("fd00:255:1::1", "8080/tcp from 2001:db8:5::1")]
    public void A_published_port_obeys_the_port_set_of_the_machine(string own, string text)
    {
        using var scene = new Scene();
        var container = scene.Network.AddMachine("container", "engine0", "172.17.0.2", "fd17::2");
        scene.Host.Nft(Published);
        try
        {
            using var capture = PacketCapture.Arriving(container);
            var replies = scene.Replies(scene.FromClient, container, TestNetwork.Address("172.17.0.2"), TestNetwork.Address("fd17::2"));
            var probe = new PacketProbe(scene.FromClient, capture, replies);
            var packet = PacketTrial.Read(text) with { Destination = TestNetwork.Address(own) };
            Assert.True(probe.Passes(packet), "the hole is there before the machine is attached");

            var host = Scene.Lab(9, Ports.Of("22/tcp")) with { Attachment = new Attachment.ThisHost([], []), NamespaceName = null };
            scene.Put(host);
            Assert.False(probe.Passes(packet));

            // The port that the world sees, not the one behind the translation.
            scene.Put(host with { Ports = Ports.Of("80/tcp") });
            Assert.False(probe.Passes(packet with { SourcePort = 40001 }));

            scene.Put(host with { Ports = Ports.Of("8080/tcp") });
            Assert.True(probe.Passes(packet with { SourcePort = 40002 }));
        }
        finally
        {
            scene.Host.Nft("delete table ip engine\ndelete table ip6 engine");
        }
    }

    [Fact]
    public void Cut_ends_a_connection_to_a_published_port()
    {
        using var scene = new Scene();
        var container = scene.Network.AddMachine("container", "engine0", "172.17.0.2", "fd17::2");
        scene.Host.Nft(Published);
        try
        {
            var host = scene.Put(Scene.Lab(9, Ports.Of("8080/tcp")) with { Attachment = new Attachment.ThisHost([], []), NamespaceName = null });
            using var listener = container.Listen(new IPEndPoint(TestNetwork.Address("172.17.0.2"), 80));
            using var near = scene.Client.Connect(new IPEndPoint(TestNetwork.Address("10.255.1.1"), 8080));
            using var far = listener.Accept();
            using var capture = PacketCapture.Arriving(container);
            var probe = new PacketProbe(scene.FromClient, capture, scene.Replies(scene.FromClient, container, TestNetwork.Address("172.17.0.2")));
            byte[] mark = [0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf1];
            Assert.Equal([0x123456789abcdef1], probe.ArrivedAfter(() => scene.Client.Do(() => near.Send(mark)), 0x123456789abcdef1));

            scene.Put(host with { Ports = Ports.Of("22/tcp") });
            byte[] late = [0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf2];
            Assert.Empty(probe.ArrivedAfter(() => scene.Client.Do(() => near.Send(late)), 0x123456789abcdef2));
        }
        finally
        {
            scene.Host.Nft("delete table ip engine\ndelete table ip6 engine");
        }
    }
}
