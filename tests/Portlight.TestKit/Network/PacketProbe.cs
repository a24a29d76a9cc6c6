namespace Portlight.TestKit.Network;

/// <summary>
/// Says of packets whether they pass, without waiting to see that one does not: behind the packets go some that always pass (replies to what the
/// receiver began, one of each family), by the same way and so in the same order. When they have arrived, what has not arrived does not pass.
/// </summary>
public sealed class PacketProbe(PacketSender sender, PacketCapture receiver, params IReadOnlyList<Packet> alwaysAllowed)
{
    /// <summary>For each packet whether it has passed.</summary>
    public IReadOnlyList<bool> Judge(params IReadOnlyList<Packet> packets)
    {
        receiver.Forget();
        var marks = sender.Send([.. packets, .. alwaysAllowed]);
        for (var i = 0; i < alwaysAllowed.Count; i++)
        {
            if (!receiver.Await(marks[packets.Count + i], Deadline.Span))
            {
                throw new InvalidOperationException($"a packet that is always allowed did not arrive within {Deadline.Span}: {alwaysAllowed[i]}");
            }
        }

        return [.. marks.Take(packets.Count).Select(receiver.HasSeen)];
    }

    public bool Passes(Packet packet) => Judge(packet)[0];
}
