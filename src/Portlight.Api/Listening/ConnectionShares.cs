using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Portlight.Domain;

namespace Portlight.Api;

/// <summary>
/// How many connections one source (an IPv4 address, an IPv6 /64) may have at once, so that a source that opens many and says nothing does not take those of everybody
/// else. One more is closed as soon as it is accepted, before TLS and before anything is read. A proxy that the settings trust speaks for many and is not bounded here.
/// </summary>
/// <param name="most">Connections of one source; 0 for no bound.</param>
/// <param name="trustedProxies">Blocks that are not bounded.</param>
internal sealed class ConnectionShares(int most, ImmutableArray<Cidr> trustedProxies)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Cidr, int> _open = [];
    private long _refused;

    /// <summary>Connections that were closed because their source had too many.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Counts the connections of an address that the web server is given.</summary>
    public void Bound(ListenOptions listen) => listen.Use(next => connection => most == 0 ? next(connection) : RunAsync(connection, next));

    internal bool TryEnter(Cidr source)
    {
        lock (_gate)
        {
            var count = _open.GetValueOrDefault(source);
            if (count >= most)
            {
                return false;
            }

            _open[source] = count + 1;
            return true;
        }
    }

    internal void Leave(Cidr source)
    {
        lock (_gate)
        {
            if (--_open[source] == 0)
            {
                _open.Remove(source);
            }
        }
    }

    private async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (SourceOf(connection.RemoteEndPoint) is not { } source)
        {
            await next(connection);
            return;
        }

        if (!TryEnter(source))
        {
            Interlocked.Increment(ref _refused);
            connection.Abort(new ConnectionAbortedException("the source has too many connections"));
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Leave(source);
        }
    }

    /// <summary>Null for a source without a bound.</summary>
    private Cidr? SourceOf(EndPoint? remote)
    {
        if (remote is not IPEndPoint { Address: var address })
        {
            return null;
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var block in trustedProxies)
        {
            if (block.Contains(address))
            {
                return null;
            }
        }

        return RefusalBrake.BlockOf(address);
    }
}
