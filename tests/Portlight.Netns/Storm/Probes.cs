using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Portlight.TestKit.Network;

namespace Portlight.Netns.Storm;

/// <summary>
/// A thousand packets a second, or as many as are said, to each of two ports of one machine, until it is stopped: one must stay open and one closed. Every packet has a number, so that
/// what was lost can be told by the moment at which it was sent.
/// </summary>
internal sealed class Probes : IDisposable
{
    private const int ReceiveBuffer = 8 << 20;

    private readonly Socket _client;
    private readonly Socket _open;
    private readonly Socket _closed;
    private readonly int _perSecond;
    private readonly HashSet<long> _arrived = [];
    private readonly Task _sending;
    private readonly Thread _receiving;
    private volatile bool _isStopping;
    private long _sent;
    private long _leaked;

    internal Probes(Socket client, Socket open, Socket closed, int perSecond = 1000)
    {
        (_client, _open, _closed, _perSecond) = (client, open, closed, perSecond);
        open.ReceiveBufferSize = closed.ReceiveBufferSize = ReceiveBuffer;
        _receiving = new Thread(Receive) { IsBackground = true };
        _receiving.Start();
        _sending = Task.Run(SendAsync);
    }

    /// <summary>How many pairs were sent so far.</summary>
    internal long Sent => Interlocked.Read(ref _sent);

    /// <summary>Stops, waits for what is under way, and says what became of all of it. Packets arrive as they were sent: with the last one all have had their time. That is waited for, and nothing longer where it was lost, too.</summary>
    internal (long Sent, IReadOnlyList<long> Lost, long Leaked) Stop()
    {
        _isStopping = true;
        _sending.GetAwaiter().GetResult();
        var began = Stopwatch.GetTimestamp();
        while (!HasArrived(_sent) && Stopwatch.GetElapsedTime(began) < Deadline.Span)
        {
            Thread.Yield();
        }

        _open.Dispose();
        _receiving.Join();

        // A packet to the closed port left before the one to the open port that has arrived.
        var datagram = new byte[8];
        while (_closed.Available > 0)
        {
            _closed.Receive(datagram);
            _leaked++;
        }

        return (_sent, [.. Enumerable.Range(1, (int)_sent).Select(number => (long)number).Where(number => !_arrived.Contains(number))], _leaked);
    }

    public void Dispose()
    {
        _isStopping = true;
        _sending.GetAwaiter().GetResult();
        _open.Dispose();
        _closed.Dispose();
        _client.Dispose();
        _receiving.Join();
    }

    private bool HasArrived(long number)
    {
        lock (_arrived)
        {
            return _arrived.Contains(number);
        }
    }

    private async Task SendAsync()
    {
        var (open, closed) = ((IPEndPoint)_open.LocalEndPoint!, (IPEndPoint)_closed.LocalEndPoint!);
        using var whenDue = new PeriodicTimer(TimeSpan.FromSeconds(1) / _perSecond);
        var began = Stopwatch.GetTimestamp();
        var number = new byte[8];
        while (!_isStopping)
        {
            // As many as are due: a second in which the machine was busy has all of its packets too.
            for (var due = (long)(Stopwatch.GetElapsedTime(began).TotalSeconds * _perSecond); _sent < due;)
            {
                BinaryPrimitives.WriteInt64BigEndian(number, Interlocked.Increment(ref _sent));
                _client.SendTo(number, closed);
                _client.SendTo(number, open);
            }

            await whenDue.WaitForNextTickAsync();
        }
    }

    private void Receive()
    {
        var number = new byte[8];
        try
        {
            while (true)
            {
                _open.Receive(number);
                lock (_arrived)
                {
                    _arrived.Add(BinaryPrimitives.ReadInt64BigEndian(number));
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Stopped: what has not come by then is lost, and the count shows it.
        }
    }
}
