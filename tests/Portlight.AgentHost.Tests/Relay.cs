using System.Net;
using System.Net.Sockets;

namespace Portlight.AgentHost.Tests;

/// <summary>A wire between an agent and its server that can go dead without a word.</summary>
internal sealed class Relay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _to;
    private readonly CancellationTokenSource _stop = new();
    private volatile bool _isFrozen;

    internal Relay(int to)
    {
        _to = to;
        _listener.Start();
        _ = AcceptAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal void Freeze() => _isFrozen = true;

    internal void Thaw() => _isFrozen = false;

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var near = await _listener.AcceptTcpClientAsync(_stop.Token);
                var far = new TcpClient();
                await far.ConnectAsync(IPAddress.Loopback, _to, _stop.Token);
                var wire = new Wire();
                _ = PumpAsync(near, far, wire);
                _ = PumpAsync(far, near, wire);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
            }
        }
    }

    /// <summary>What is lost once is lost for good: a wire that was dead does not come to life again in the middle of a stream.</summary>
    private async Task PumpAsync(TcpClient from, TcpClient to, Wire wire)
    {
        var bytes = new byte[16384];
        try
        {
            while (await from.GetStream().ReadAsync(bytes, _stop.Token) is var count and > 0)
            {
                wire.IsDead |= _isFrozen;
                if (!wire.IsDead)
                {
                    await to.GetStream().WriteAsync(bytes.AsMemory(0, count), _stop.Token);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }

    private sealed class Wire
    {
        internal volatile bool IsDead;
    }
}
