using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>A sender that sends pairs, to the closed port and to the open one, and a receiver that acknowledges by counting.</summary>
internal sealed class Traffic : IDisposable
{
    private const int Window = 64;

    private readonly Socket _receiver;
    private readonly Thread _sending;
    private readonly Thread _receiving;
    private readonly SemaphoreSlim _credit = new(Window);
    private readonly SemaphoreSlim _passed = new(0);
    private readonly ConcurrentDictionary<long, bool> _arrived = new();
    private readonly List<(long Sent, string Change)> _changes = [];
    private volatile bool _stopping;
    private long _sent;
    private long _received;

    internal Traffic(Socket client, Socket receiver, IPEndPoint open, IPEndPoint closed)
    {
        _receiver = receiver;
        receiver.ReceiveTimeout = (int)Deadline.Span.TotalMilliseconds;
        _receiving = new Thread(Receive) { IsBackground = true };
        _sending = new Thread(() => Send(client, closed, open)) { IsBackground = true };
        _receiving.Start();
        _sending.Start();
    }

    /// <summary>Waits until so many more packets have passed.</summary>
    internal void AwaitPassed(int packets)
    {
        for (var i = 0; i < packets; i++)
        {
            Assert.True(_passed.Wait(Deadline.Span), $"packets to the open port were lost: {Interlocked.Read(ref _sent)} sent, {Interlocked.Read(ref _received)} received");
        }
    }

    /// <summary>A change begins: what is lost from here on may be lost by it.</summary>
    internal void Begin(string change) => _changes.Add((Interlocked.Read(ref _sent), change));

    /// <summary>The packets to the open port that did not arrive, and what was under way when each was sent; empty when none was lost. After <see cref="Stop"/>.</summary>
    internal string Lost() => string.Join(", ", Enumerable.Range(1, (int)Interlocked.Read(ref _sent)).Where(number => !_arrived.ContainsKey(number)).Select(number =>
    {
        var (before, change) = _changes.LastOrDefault(one => one.Sent < number);
        return string.Create(CultureInfo.InvariantCulture, $"packet {number}, {number - before} after the begin of `{change}`");
    }));

    /// <summary>Stops sending and waits for what is under way, as long as packets keep arriving.</summary>
    internal (long Sent, long Received) Stop()
    {
        _stopping = true;
        _sending.Join();
        while (Interlocked.Read(ref _received) < Interlocked.Read(ref _sent) && _passed.Wait(Deadline.Span))
        {
            // One more has arrived.
        }

        return (Interlocked.Read(ref _sent), Interlocked.Read(ref _received));
    }

    public void Dispose()
    {
        _stopping = true;
        _receiver.Dispose();
        _credit.Release(Window);
        _sending.Join();
        _receiving.Join();
        _credit.Dispose();
        _passed.Dispose();
    }

    private void Send(Socket client, IPEndPoint closed, IPEndPoint open)
    {
        var bytes = new byte[8];
        while (!_stopping && _credit.Wait(Deadline.Span))
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes, Interlocked.Increment(ref _sent));
            client.SendTo(bytes, closed);
            client.SendTo(bytes, open);
        }
    }

    private void Receive()
    {
        var bytes = new byte[8];
        try
        {
            while (true)
            {
                _receiver.Receive(bytes);
                _arrived[BinaryPrimitives.ReadInt64BigEndian(bytes)] = true;
                Interlocked.Increment(ref _received);
                _credit.Release();
                _passed.Release();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The end of the test, or a loss, which the counts show.
        }
    }
}
