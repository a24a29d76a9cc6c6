namespace Portlight.TestKit.Network;

/// <summary>
/// Says of packets whether they pass, without waiting to see that one does not: behind the packets go some that always pass (replies to what the
/// receiver began, one of each family), by the same way and so in the same order. When they have arrived, what has not arrived does not pass.
/// </summary>
public sealed class PacketProbe(PacketSender sender, PacketCapture receiver, params IReadOnlyList<Packet> alwaysAllowed)
{
    /// <summary>For each packet whether it has passed.</summary>
    public IReadOnlyList<bool> Verdicts(params IReadOnlyList<Packet> packets)
    {
        receiver.Forget();
        var marks = sender.Send([.. packets, .. alwaysAllowed]);
        AwaitReplies(marks.Skip(packets.Count));
        return [.. marks.Take(packets.Count).Select(receiver.HasSeen)];
    }

    /// <summary>Which of these marks have arrived that <paramref name="send"/> has sent, on the sender's own thread, by other means than packets.</summary>
    public IReadOnlyList<ulong> ArrivedAfter(Action send, params IReadOnlyList<ulong> marks)
    {
        receiver.Forget();
        send();
        AwaitReplies(sender.Send(alwaysAllowed));
        return [.. marks.Where(receiver.HasSeen)];
    }

    public bool Passes(Packet packet) => Verdicts(packet)[0];

    private void AwaitReplies(IEnumerable<ulong> marks)
    {
        foreach (var (mark, packet) in marks.Zip(alwaysAllowed))
        {
            if (!receiver.Await(mark, Deadline.Span))
            {
                throw new InvalidOperationException($"a packet that is always allowed did not arrive within {Deadline.Span}: {packet}");
            }
        }
    }
}
