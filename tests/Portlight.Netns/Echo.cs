using System.Net;
using System.Net.Sockets;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>An open TCP connection between two nodes, both ends in the test's hands.</summary>
internal sealed class Echo : IDisposable
{
    private readonly NetworkNode _from;
    private readonly Socket _near;
    private readonly Socket _far;

    internal Echo(NetworkNode from, NetworkNode to, string address, int port)
    {
        _from = from;
        var place = new IPEndPoint(TestNetwork.Address(address), port);
        using var listener = to.Listen(place);
        _near = from.Connect(place);
        _far = listener.Accept();
        _far.ReceiveTimeout = (int)Deadline.Span.TotalMilliseconds;
        _far.NoDelay = true;
    }

    internal IPEndPoint Near => (IPEndPoint)_near.LocalEndPoint!;

    /// <summary>So many bytes go there, while they are read.</summary>
    internal bool Carries(int bytes)
    {
        var sending = new Thread(() => _near.Send(new byte[bytes]));
        sending.Start();
        var buffer = new byte[65536];
        while (bytes > 0 && _far.Receive(buffer) is > 0 and var read)
        {
            bytes -= read;
        }

        sending.Join();
        return bytes == 0;
    }

    /// <summary>Something goes there and comes back.</summary>
    internal bool Answers()
    {
        var buffer = new byte[4];
        Send([1, 2, 3, 4]);
        var there = _far.Receive(buffer);
        _far.Send(buffer.AsSpan(0, there));
        return _near.Receive(buffer) == there;
    }

    /// <summary>Sends from the node's own thread, so that what that thread sends next arrives after it.</summary>
    internal void Send(byte[] bytes) => _from.Do(() => _near.Send(bytes));

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
    }
}
