using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Portlight.AgentListener;

/// <summary>
/// A few handshakes at a time: each costs about 2 ms of a processor, and after a restart all agents come at once. A connection that has sent nothing takes no place; one
/// that waits in vain is closed, and its agent comes again later.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore has no wait handle, and connections that close come back to it after the listener is gone.")]
internal sealed class HandshakeGate(HandshakeLimits limits)
{
    private static readonly object Place = new();

    private readonly SemaphoreSlim _places = new(limits.AtATime);
    private int _open;
    private long _refused;

    /// <summary>Connections that were closed before their handshake.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Puts a handshake, which the caller adds by <paramref name="tls"/>, behind the gate.</summary>
    public void Around(ListenOptions listen, Action tls)
    {
        listen.Use(next => connection => EnterAsync(connection, next));
        tls();
        listen.Use(next => connection =>
        {
            Leave(connection);
            return next(connection);
        });
    }

    private async Task EnterAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (Interlocked.Increment(ref _open) > limits.Connections || !await HasSpokenAsync(connection))
        {
            Interlocked.Decrement(ref _open);
            Interlocked.Increment(ref _refused);
            connection.Abort();
            return;
        }

        try
        {
            if (!await _places.WaitAsync(limits.Patience, connection.ConnectionClosed))
            {
                Interlocked.Increment(ref _refused);
                connection.Abort();
                return;
            }

            connection.Items[Place] = true;
            await next(connection);
        }
        catch (OperationCanceledException) when (connection.ConnectionClosed.IsCancellationRequested)
        {
            // It went away while it waited.
        }
        finally
        {
            Leave(connection);
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>Whether the first bytes have come in time. They stay to be read.</summary>
    private async Task<bool> HasSpokenAsync(ConnectionContext connection)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        late.CancelAfter(limits.Patience);
        try
        {
            var read = await connection.Transport.Input.ReadAsync(late.Token);
            connection.Transport.Input.AdvanceTo(read.Buffer.Start);
            return !read.Buffer.IsEmpty;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            return false;
        }
    }

    private void Leave(ConnectionContext connection)
    {
        if (connection.Items.Remove(Place))
        {
            _places.Release();
        }
    }
}

/// <summary>How many connections and handshakes there may be.</summary>
internal sealed record HandshakeLimits
{
    /// <summary>Handshakes under way.</summary>
    public int AtATime { get; init; } = 32;

    /// <summary>Connections, those of connected agents among them.</summary>
    public int Connections { get; init; } = 20_000;

    /// <summary>How long a connection may be silent at its start, wait for its handshake, and take for it.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);
}
