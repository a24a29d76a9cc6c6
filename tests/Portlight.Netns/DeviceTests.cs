using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>An attachment is bound to a device, not to whatever has its name at the moment.</summary>
public sealed class DeviceTests
{
    private const string VmIpv4 = "203.0.113.50";

    [Fact]
    public void A_renamed_device_is_filtered_as_before_from_the_first_packet_on()
    {
        using var scene = new Scene();
        var (probe, _) = Attach(scene, "vm0", VmIpv4, "80/tcp");

        scene.Host.Run("ip", "link set vm0 name lan0");

        Assert.Equal([true, false], probe.Verdicts(To(VmIpv4, 80), To(VmIpv4, 81)));
        scene.Synchronise();
        Assert.Equal([true, false], probe.Verdicts(To(VmIpv4, 80), To(VmIpv4, 81)));
    }

    [Fact]
    public void Devices_that_swap_their_names_keep_their_ports()
    {
        using var scene = new Scene();
        var (first, _) = Attach(scene, "vm0", VmIpv4, "80/tcp");
        var (second, _) = Attach(scene, "vm1", "203.0.113.51", "81/tcp");

        scene.Host.Run("ip", "link set vm0 name swap0");
        scene.Host.Run("ip", "link set vm1 name vm0");
        scene.Host.Run("ip", "link set swap0 name vm1");

        Assert.Equal([true, false], first.Verdicts(To(VmIpv4, 80), To(VmIpv4, 81)));
        Assert.Equal([false, true], second.Verdicts(To("203.0.113.51", 80), To("203.0.113.51", 81)));
    }

    [Fact]
    public void Another_device_of_an_attached_name_is_closed_from_the_first_packet_on()
    {
        using var scene = new Scene();
        var (_, attached) = Attach(scene, "vm0", VmIpv4, "80/tcp");
        scene.Host.Run("ip", "link set vm0 name old0");
        var stranger = scene.Network.AddMachine("stranger", "vm0", "203.0.113.52");
        var capture = scene.Own(PacketCapture.Arriving(stranger));

        // Packets to a third machine on the same thread tell when the others had their time.
        var open = scene.Network.AddMachine("open", "other0", "203.0.113.53");
        var arrived = scene.Own(PacketCapture.Arriving(open));
        var marks = scene.FromClient.Send(To("203.0.113.52", 80), To("203.0.113.53", 80));

        Assert.True(arrived.Await(marks[1], Deadline.Span));
        Assert.False(capture.HasSeen(marks[0]));
        Assert.Equal("vm0", ((Attachment.Interface)attached.Attachment).Name);
    }

    private static (PacketProbe Probe, DesiredInstance Attached) Attach(Scene scene, string link, string address, string ports)
    {
        var inside = scene.Network.AddMachine("in-" + link, link, address);
        var index = 50 + link[^1];
        var attached = scene.Put(Scene.Lab(index, Ports.Of(ports)) with
        {
            Attachment = new Attachment.Interface(link, [TestNetwork.Address(address)], []),
            NamespaceName = null,
        });
        return (new PacketProbe(scene.FromClient, scene.Own(PacketCapture.Arriving(inside)), scene.Replies(scene.FromClient, inside, TestNetwork.Address(address))), attached);
    }

    private static Packet To(string address, int port) => new()
    {
        Source = TestNetwork.Address(Scene.ClientIpv4),
        Destination = TestNetwork.Address(address),
        Protocol = Packet.Tcp,
        SourcePort = 40000,
        Port = (ushort)port,
    };
}
