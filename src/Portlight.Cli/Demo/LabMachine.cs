using System.Net;
using System.Net.Sockets;

namespace Portlight.Cli.Demo;

/// <summary>A lab instance as somebody who sits at it: runs services, tries ports of others.</summary>
internal sealed class LabMachine(string name, IPAddress address) : IDisposable
{
    /// <summary>
    /// In a namespace of the same machine what is open answers in microseconds, and what is closed never does. So a short wait is enough for what should not answer; what should is waited for
    /// as long as a busy machine may take.
    /// </summary>
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(250), Long = TimeSpan.FromSeconds(10);

    private readonly List<Socket> _listeners = [];

    public string Name => name;

    public IPAddress Address => address;

    /// <summary>An echo service, on IPv4.</summary>
    public async Task ServeAsync(int port)
    {
        var listener = await PrivateMachine.InsideAsync($"pl-{name}", () =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            socket.Listen();
            return socket;
        });
        _listeners.Add(listener);
        _ = AcceptAsync(listener);
    }

    /// <summary>A connection from here; null when the other side does not answer.</summary>
    /// <param name="target">The other side.</param>
    /// <param name="port">Its port.</param>
    /// <param name="isExpected">Whether it should answer.</param>
    /// <param name="cancellation">Ends the demo.</param>
    public async Task<Socket?> ConnectAsync(IPAddress target, int port, bool isExpected, CancellationToken cancellation)
    {
        var socket = await PrivateMachine.InsideAsync($"pl-{name}", () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(isExpected ? Long : Short);
        try
        {
            await socket.ConnectAsync(target, port, patience.Token);
            return socket;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            return null;
        }
    }

    /// <summary>Whether a port of somebody answers from here.</summary>
    public async Task<bool> ReachesAsync(IPAddress target, int port, bool isExpected, CancellationToken cancellation)
    {
        using var socket = await ConnectAsync(target, port, isExpected, cancellation);
        return socket is not null;
    }

    /// <summary>Whether what is said into an open connection still comes back.</summary>
    public static async Task<bool> EchoesAsync(Socket connection, bool isExpected, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(isExpected ? Long : Short);
        try
        {
            await connection.SendAsync("still there?"u8.ToArray(), patience.Token);
            return await connection.ReceiveAsync(new byte[64], patience.Token) > 0;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Dispose() => _listeners.ForEach(listener => listener.Dispose());

    private static async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                _ = EchoAsync(await listener.AcceptAsync());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The demo is over: its listeners are closed under the accept.
        }
    }

    private static async Task EchoAsync(Socket connection)
    {
        using var _ = connection;
        var buffer = new byte[64];
        try
        {
            while (await connection.ReceiveAsync(buffer) is > 0 and var length)
            {
                await connection.SendAsync(buffer.AsMemory(0, length));
            }
        }
        catch (SocketException)
        {
            // A cut connection ends so.
        }
    }
}
