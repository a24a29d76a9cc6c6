using System.Net;
using System.Net.Sockets;
using Portlight.TestKit.Network;
using Portlight.TestKit.Storm;

namespace Portlight.Netns.FleetStorm;

/// <summary>What packets of the client find on a machine, against what was acknowledged. The oracle is the subject's own count of its rules.</summary>
internal sealed class StormLook(NetworkNode client, PacketSender sender, IPAddress own)
{
    /// <summary>How many packets were sent that have a verdict.</summary>
    internal int Packets { get; private set; }

    /// <summary>What is otherwise than it was acknowledged, in words.</summary>
    internal IReadOnlyList<string> Differences(StormMachine machine, IReadOnlyList<StormSubject> subjects)
    {
        using var guests = PacketCapture.Arriving(machine.Guests);
        var always = new Packet { Source = own, Destination = machine.AlwaysOpen, Protocol = Packet.Udp, Port = StormSubject.AlwaysClosed };
        var differences = Compare(new PacketProbe(sender, guests, always), [.. subjects.Where(subject => !subject.IsMachine)]);
        using var listener = client.Udp(new IPEndPoint(own, 0));
        using var beginner = machine.Node.Udp(new IPEndPoint(machine.Address, 0));
        using var inside = PacketCapture.Delivered(machine.Node, Packet.Udp);
        return [.. differences, .. Compare(new PacketProbe(sender, inside, Reply(machine, listener, beginner)), [.. subjects.Where(subject => subject.IsMachine)])];
    }

    private List<string> Compare(PacketProbe probe, IReadOnlyList<StormSubject> subjects)
    {
        var expected = subjects.SelectMany(subject => subject.Expected(own).Select(one => (subject.Name, one.Packet, one.Passes))).ToList();
        Packets += expected.Count;
        return [.. probe.Verdicts([.. expected.Select(one => one.Packet)]).Zip(expected).Where(one => one.First != one.Second.Passes)
            .Select(one => $"{one.Second.Name}: {one.Second.Packet} {(one.First ? "passes" : "does not pass")}")];
    }

    /// <summary>A packet that the machine takes whatever its ports are: the reply to one of its own.</summary>
    private static Packet Reply(StormMachine machine, Socket listener, Socket beginner)
    {
        beginner.SendTo([1], listener.LocalEndPoint!);
        Assert.Equal(1, listener.Receive(new byte[8]));
        return new Packet
        {
            Source = ((IPEndPoint)listener.LocalEndPoint!).Address,
            SourcePort = (ushort)((IPEndPoint)listener.LocalEndPoint!).Port,
            Destination = machine.Address,
            Protocol = Packet.Udp,
            Port = (ushort)((IPEndPoint)beginner.LocalEndPoint!).Port,
        };
    }
}
