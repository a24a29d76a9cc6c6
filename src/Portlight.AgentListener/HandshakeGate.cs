using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Portlight.Api;
using Portlight.Domain;

namespace Portlight.AgentListener;

/// <summary>
/// A few handshakes at a time: each costs about 2 ms of a processor, and after a restart all agents come at once. A connection that has sent nothing takes no place; one
/// that waits in vain is closed, and its agent comes again later. Places go to sources (an IPv4 address, an IPv6 /64) in turn (<see cref="HandshakePlaces"/>), so that connections that lead nowhere,
/// however many there are, keep nobody else away.
/// </summary>
internal sealed class HandshakeGate(HandshakeLimits limits)
{
    private static readonly object Place = new();

    private readonly HandshakePlaces _places = new(limits);
    private int _open;
    private long _refused;

    /// <summary>Connections that were closed before their handshake.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>A host that was admitted has come from this address.</summary>
    public void Know(IPAddress address) => _places.Know(SourceOf(address));

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
        var source = SourceOf(connection);
        var isFull = Interlocked.Increment(ref _open) > limits.Connections;
        try
        {
            if (isFull || !await TakePlaceAsync(connection, source))
            {
                Interlocked.Increment(ref _refused);
                connection.Abort();
                return;
            }

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

    /// <summary>True: it has places of its source and of all, which it leaves when its handshake is over.</summary>
    private async Task<bool> TakePlaceAsync(ConnectionContext connection, Cidr source)
    {
        if (!_places.TryWait(source))
        {
            return false;
        }

        try
        {
            var hasPlace = await HasSpokenAsync(connection) && await _places.EnterAsync(source, limits.Patience, connection.ConnectionClosed);
            connection.Items[Place] = hasPlace ? source : null;
            return hasPlace;
        }
        finally
        {
            _places.StopWaiting(source);
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
        if (connection.Items.Remove(Place, out var source) && source is Cidr of)
        {
            _places.Leave(of);
        }
    }

    private static Cidr SourceOf(ConnectionContext connection) => SourceOf(connection.RemoteEndPoint is IPEndPoint remote ? remote.Address : IPAddress.None);

    private static Cidr SourceOf(IPAddress address) => RefusalBrake.BlockOf(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}

/// <summary>How many connections and handshakes there may be.</summary>
internal sealed record HandshakeLimits
{
    /// <summary>Handshakes under way.</summary>
    public int AtATime { get; init; } = 32;

    /// <summary>Of these, the handshakes of one source.</summary>
    public int OfOneSource { get; init; } = 16;

    /// <summary>Of these, places for sources that an admitted host has come from.</summary>
    public int ForKnownSources { get; init; } = 8;

    /// <summary>Connections of one source that have no place yet, and never more than there is room left. More than that many agents behind one address come again later.</summary>
    public int WaitingOfOneSource { get; init; } = 1_000;

    /// <summary>Connections, those of connected agents among them. Half of them may have no place yet.</summary>
    public int Connections { get; init; } = 20_000;

    /// <summary>How long a connection may be silent at its start, and wait for its handshake.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a handshake may take.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(5);
}
