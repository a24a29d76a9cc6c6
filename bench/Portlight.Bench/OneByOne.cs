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

    /// <summary>Milliseconds from the first byte sent to the last one read.</summary>
    public async Task<double> TimeAsync(byte[] request)
    {
        var began = Stopwatch.GetTimestamp();
        await _socket.SendAsync(request);
        _length = await Load.ReadAnswerAsync(_socket, _buffer) ?? throw new IOException("the server was too busy");
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    public void Dispose() => _socket.Dispose();
}
