using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Portlight.Bench;

/// <summary>One client on one connection that times each call.</summary>
internal sealed class OneByOne : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _length;

    public OneByOne(Uri endpoint) => _socket.Connect(IPAddress.Loopback, endpoint.Port);

    /// <summary>The last answer, its head and its body.</summary>
    public string Answer => System.Text.Encoding.UTF8.GetString(_buffer, 0, _length);

    /// <summary>Milliseconds from the first byte sent to the last one read, on the caller's thread: another one would have to be woken.</summary>
    public double Time(byte[] request)
    {
        var began = Stopwatch.GetTimestamp();
        _socket.Send(request);
        _length = 0;
        do
        {
            var read = _socket.Receive(_buffer.AsSpan(_length));
            _length += read > 0 ? read : throw new IOException("the server closed the connection");
        }
        while (!Load.IsWhole(_buffer.AsSpan(0, _length)));
        var took = Stopwatch.GetElapsedTime(began);
        return Load.IsAccepted(_buffer.AsSpan(0, _length)) ? took.TotalMilliseconds : throw new IOException("the server was too busy");
    }

    /// <summary>Where several call at once beside what needs the pool's threads.</summary>
    public static Task OnOwnThread(Action calls) => Task.Factory.StartNew(calls, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Dispose() => _socket.Dispose();
}
