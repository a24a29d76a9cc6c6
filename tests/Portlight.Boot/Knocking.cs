using System.Net;
using System.Net.Sockets;
using Portlight.TestKit.Network;

namespace Portlight.Boot;

/// <summary>A peer that tries two ports of a machine again and again, a thousand times a second, and counts what comes back from each.</summary>
internal sealed class Knocking : IDisposable
{
    private readonly Packet[] _knocks;
    private readonly PacketSender _sender;
    private readonly Socket _answers;
    private readonly Thread _thread;
    private readonly int[] _counts = new int[ushort.MaxValue + 1];
    private volatile bool _stopping;
    private volatile int _rounds;

    internal Knocking(NetworkNode peer, IPAddress own, IPAddress machine, params ushort[] ports)
    {
        _knocks = [.. ports.Select(port => new Packet { Source = own, Destination = machine, Protocol = Packet.Tcp, Port = port })];
        _sender = new PacketSender(peer);
        // IPv4 packets that arrive, the EtherType in network order.
        _answers = peer.Do(() => new Socket(AddressFamily.Packet, SocketType.Dgram, (ProtocolType)0x0008));
        _thread = new Thread(Knock) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>How many TCP segments have come back from each port, in the order of the ports.</summary>
    internal int[] Count() => [.. _knocks.Select(knock => Volatile.Read(ref _counts[knock.Port]))];

    /// <summary>Waits until every port has been tried so many times more.</summary>
    internal void AwaitRounds(int rounds)
    {
        var last = _rounds + rounds;
        Assert.True(SpinWait.SpinUntil(() => _rounds >= last, Deadline.Span), "the peer does not get on");
    }

    /// <summary>Ends it, and tells the same.</summary>
    internal int[] Stop()
    {
        _stopping = true;
        _thread.Join();
        return Count();
    }

    public void Dispose()
    {
        Stop();
        _sender.Dispose();
        _answers.Dispose();
    }

    private void Knock()
    {
        for (ushort source = 32768; !_stopping; source = source == 60999 ? (ushort)32768 : (ushort)(source + 1))
        {
            try
            {
                _sender.Send([.. _knocks.Select(knock => knock with { SourcePort = source })]);
            }
            catch (SocketException)
            {
                // The machine's end of the wire is down: the first moment is not yet.
            }

            while (_answers.Poll(1_000, SelectMode.SelectRead))
            {
                TakeAnswer();
            }

            _rounds++;
        }
    }

    private void TakeAnswer()
    {
        var packet = new byte[2048];
        var length = _answers.Receive(packet);
        var header = (packet[0] & 15) * 4;
        if (packet[9] == Packet.Tcp && length >= header + 20)
        {
            _counts[(packet[header] << 8) | packet[header + 1]]++;
        }
    }
}
