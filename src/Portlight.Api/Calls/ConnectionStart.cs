using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Portlight.Api;

/// <summary>
/// What was in force when a connection was accepted. It tells whether the connection is a proof that a new one gets in past a change: no clock is compared, and
/// a connection of an earlier process of the server does not outlive it.
/// </summary>
/// <param name="revision">The revision up to which the kernel had confirmed; 0 before this process has synchronised for the first time.</param>
internal sealed class ConnectionStart(long revision)
{
    public long Revision { get; } = revision;

    /// <summary>The account of the last request whose signature held; null before there was one.</summary>
    public string? Account { get; set; }

    /// <summary>The connection of a request; the beginning of time for one that was not accepted here.</summary>
    public static ConnectionStart Of(HttpContext http) => http.Features.Get<ConnectionStart>() ?? new ConnectionStart(0);

    /// <summary>Notes it for every connection of an address.</summary>
    /// <param name="listen">The address.</param>
    /// <param name="inForce">The revision that is in force now.</param>
    public static void Note(ListenOptions listen, Func<long> inForce) => listen.Use(next => connection =>
    {
        connection.Features.Set(new ConnectionStart(inForce()));
        return next(connection);
    });
}
