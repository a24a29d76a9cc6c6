using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>What passes to a machine that nothing may pass to: a packet to an open one, sent later, tells when it had its time.</summary>
internal sealed class Passing
{
    internal const string OpenIpv4 = "203.0.113.52";

    private readonly Scene _scene;
    private readonly string _address;
    private readonly PacketCapture _closed;
    private readonly PacketCapture _open;

    internal Passing(Scene scene, NetworkNode machine, string address)
        : this(scene, machine, address, scene.Own(PacketCapture.Arriving(scene.Network.AddMachine("open", "open0", OpenIpv4))))
    {
    }

    private Passing(Scene scene, NetworkNode machine, string address, PacketCapture open)
    {
        _scene = scene;
        _address = address;
        _closed = scene.Own(PacketCapture.Arriving(machine));
        _open = open;
    }

    /// <summary>The same for another machine of the scene.</summary>
    internal Passing Beside(NetworkNode machine, string address) => new(_scene, machine, address, _open);

    internal bool Arrives(int port) => _closed.Await(_scene.FromClient.Send(To(_address, port))[0], Deadline.Span);

    internal bool LetsIn(int port)
    {
        var marks = _scene.FromClient.Send(To(_address, port), To(OpenIpv4, port));
        Assert.True(_open.Await(marks[1], Deadline.Span));
        return _closed.HasSeen(marks[0]);
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
