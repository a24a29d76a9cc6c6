using System.Net;
using System.Net.Sockets;

namespace Portlight.Cli.Demo;

/// <summary>A lab instance as somebody who sits at it: runs services, tries ports of others.</summary>
internal sealed class LabMachine(string name, IPAddress address) : IDisposable
{
    /// <summary>Long for a namespace of the same machine, where an open port answers in microseconds; a closed one never does.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

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
    public async Task<Socket?> ConnectAsync(IPAddress target, int port, CancellationToken cancellation)
    {
        var socket = await PrivateMachine.InsideAsync($"pl-{name}", () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
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
    public async Task<bool> ReachesAsync(IPAddress target, int port, CancellationToken cancellation)
    {
        using var socket = await ConnectAsync(target, port, cancellation);
        return socket is not null;
    }

    /// <summary>Whether what is said into an open connection still comes back.</summary>
    public static async Task<bool> EchoesAsync(Socket connection, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
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
