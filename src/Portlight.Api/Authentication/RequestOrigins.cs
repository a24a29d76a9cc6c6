using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portlight.Domain;
using Portlight.Wire.Client;

namespace Portlight.Api;

/// <summary>
/// Where requests come from. Only a proxy that the settings trust is believed when it names another source than itself: it appends to <c>X-Forwarded-For</c>, so the
/// list is read from its end up to the first address that is no trusted proxy; what stands further left is what somebody claims. The console that the server has started
/// itself shows a ticket instead, because its address is one that every program of the machine has.
/// </summary>
/// <param name="trustedProxies">The blocks that proxies are in.</param>
/// <param name="consoleTicket">What the console was given; null where there is none.</param>
internal sealed class RequestOrigins(ImmutableArray<Cidr> trustedProxies, string? consoleTicket = null)
{
    private readonly byte[]? _ticket = consoleTicket is null ? null : Encoding.ASCII.GetBytes(consoleTicket);

    private const string For = "X-Forwarded-For";
    private const string Proto = "X-Forwarded-Proto";

    public RequestOrigin Of(HttpContext http)
    {
        var agent = http.Request.Headers.UserAgent is [{ } one] ? one : null;
        var peer = Plain(http.Connection.RemoteIpAddress);
        return peer is null || !(IsTrusted(peer) || HasTicket(http.Request.Headers))
            ? new RequestOrigin(peer, agent, http.Request.IsHttps)
            : new RequestOrigin(SourceOf(peer, http.Request.Headers[For]), agent, IsSecure(http.Request.Headers[Proto], http.Request.IsHttps)) { IsPassedOn = true };
    }

    /// <summary>As blocks of addresses know it: IPv4 as IPv4, and a link-local address without the interface that it was met on (<c>fe80::1%2</c>).</summary>
    private static IPAddress? Plain(IPAddress? address) => address switch
    {
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4(),
        { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 } => new IPAddress(address.GetAddressBytes()),
        _ => address,
    };

    private IPAddress SourceOf(IPAddress peer, StringValues header)
    {
        var source = peer;
        foreach (var text in Entries(header).Reverse())
        {
            if (!Cidr.TryParseAddress(text, out var address, out _))
            {
                return peer;
            }

            source = address;
            if (!IsTrusted(address))
            {
                break;
            }
        }

        return source;
    }

    /// <summary>A proxy that says nothing of it passes on how it was reached itself; of several that say it, each has to say https.</summary>
    private static bool IsSecure(StringValues header, bool connectionIsSecure)
    {
        var said = Entries(header).ToList();
        return said.Count == 0 ? connectionIsSecure : said.TrueForAll(text => text.Equals("https", StringComparison.OrdinalIgnoreCase));
    }

    private static IEnumerable<string> Entries(StringValues header) =>
        from line in header
        where line is not null
        from entry in line.Split(',')
        select entry.Trim(' ', '\t');

    private bool HasTicket(IHeaderDictionary headers) =>
        _ticket is not null && headers[ProxyTicket.Header] is [{ } shown] && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), _ticket);

    private bool IsTrusted(IPAddress address)
    {
        foreach (var block in trustedProxies)
        {
            if (block.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}
