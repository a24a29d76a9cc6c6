using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Portlight.Domain;

namespace Portlight.Api;

/// <summary>
/// How many connections one source (an IPv4 address, an IPv6 /64) may have at once, so that a source that opens many and says nothing does not take those of everybody
/// else; and how many there may be of all. One more is closed as soon as it is accepted, before TLS and before anything is read. A proxy that the settings trust speaks for
/// many and is bounded by what all may have. The web server's own bound writes a line to the log for each connection that it closes; this one counts.
/// </summary>
/// <param name="mostOfAll">Connections of all sources together.</param>
/// <param name="most">Connections of one source; 0 for no bound.</param>
/// <param name="trustedProxies">Blocks that have no share.</param>
internal sealed class ConnectionShares(long mostOfAll, int most, ImmutableArray<Cidr> trustedProxies)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Cidr, int> _open = [];
    private long _all;
    private long _refused;

    /// <summary>Connections that were closed because their source, or all together, had too many.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Counts the connections of an address that the web server is given.</summary>
    public void Bound(ListenOptions listen) => listen.Use(next => connection => RunAsync(connection, next));

    /// <param name="source">Null for one that has no share of its own.</param>
    internal bool TryEnter(Cidr? source)
    {
        lock (_gate)
        {
            var count = source is { } block ? _open.GetValueOrDefault(block) : 0;
            if (_all >= mostOfAll || (source is not null && count >= most))
            {
                return false;
            }

            _all++;
            if (source is { } counted)
            {
                _open[counted] = count + 1;
            }

            return true;
        }
    }

    internal void Leave(Cidr? source)
    {
        lock (_gate)
        {
            _all--;
            if (source is { } block && --_open[block] == 0)
            {
                _open.Remove(block);
            }
        }
    }

    private async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var source = SourceOf(connection.RemoteEndPoint);
        if (!TryEnter(source))
        {
            Interlocked.Increment(ref _refused);
            connection.Abort(new ConnectionAbortedException("there are too many connections"));
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
        if (most == 0 || remote is not IPEndPoint { Address: var address })
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
