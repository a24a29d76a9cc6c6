using Microsoft.AspNetCore.Http;
using Portlight.Api;
using Portlight.Domain;

namespace Portlight.Server.Tests.Access;

/// <summary>Whom the server believes about where a request comes from.</summary>
public sealed class RequestOriginsTests
{
    private static readonly RequestOrigins Origins = new([Block("10.0.0.0/8"), Block("fd00::/8")]);

    [Theory]
    [InlineData("203.0.113.9", "198.51.100.1", "203.0.113.9")] // no proxy of ours: the header is anybody's word
    [InlineData("10.0.0.1", null, "10.0.0.1")]
    [InlineData("10.0.0.1", "198.51.100.1", "198.51.100.1")]
    [InlineData("10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1")] // what stands further left is a claim
    [InlineData("10.0.0.1", "192.0.2.66, 198.51.100.1 ,\t10.9.9.9", "198.51.100.1")]
    [InlineData("10.0.0.1", "rubbish, 198.51.100.1", "198.51.100.1")]
    [InlineData("10.0.0.1", "198.51.100.1, rubbish", "10.0.0.1")]
    [InlineData("10.0.0.1", "198.51.100.1, ", "10.0.0.1")]
    [InlineData("10.0.0.1", "", "10.0.0.1")]
    [InlineData("10.0.0.1", "198.51.100.1:4711", "10.0.0.1")]
    [InlineData("10.0.0.1", "198.51.100.0/24", "10.0.0.1")]
    [InlineData("10.0.0.1", "010.1.2.3", "10.0.0.1")]
    [InlineData("10.0.0.1", "::ffff:198.51.100.1", "10.0.0.1")]
    [InlineData("10.0.0.1", "10.0.0.7, 10.0.0.8", "10.0.0.7")] // the first proxy itself
    [InlineData("10.0.0.1", "2001:db8::1", "2001:db8::1")]
    [InlineData("fd00::1", "198.51.100.1", "198.51.100.1")]
    [InlineData("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1")] // a dual-stack socket's name of an IPv4 peer
    [InlineData("::ffff:203.0.113.9", null, "203.0.113.9")]
    public void The_source_is_the_last_address_that_is_no_trusted_proxy(string peer, string? forwarded, string source)
    {
        var http = Request(peer);
        if (forwarded is not null)
        {
            http.Request.Headers["X-Forwarded-For"] = forwarded;
        }

        Assert.Equal(source, Origins.Of(http).Source!.ToString());
    }

    [Theory]
    [InlineData("ticket", "198.51.100.1")]
    [InlineData("Ticket", "127.0.0.1")]
    [InlineData("ticke", "127.0.0.1")]
    [InlineData("", "127.0.0.1")]
    [InlineData(null, "127.0.0.1")]
    public void The_console_that_the_server_has_started_is_known_by_its_ticket_and_not_by_its_address(string? shown, string source)
    {
        var http = Request("127.0.0.1");
        http.Request.Headers["X-Forwarded-For"] = "198.51.100.1";
        http.Request.Headers["X-Forwarded-Ticket"] = shown;

        Assert.Equal(source, new RequestOrigins([], "ticket").Of(http).Source!.ToString());
        Assert.Equal("127.0.0.1", new RequestOrigins([]).Of(http).Source!.ToString());
    }

    /// <summary>No block of addresses has <c>fe80::1%2</c>: a condition on fe80::/10 would pass it by.</summary>
    [Fact]
    public void A_link_local_peer_is_known_without_the_interface_that_it_was_met_on()
    {
        var http = Request("fe80::1");
        http.Connection.RemoteIpAddress!.ScopeId = 2;

        Assert.Equal("fe80::1", Origins.Of(http).Source!.ToString());
    }

    [Fact]
    public void Several_headers_are_one_list()
    {
        var http = Request("10.0.0.1");
        http.Request.Headers["X-Forwarded-For"] = new[] { "192.0.2.66", "198.51.100.1, 10.2.2.2" };

        Assert.Equal("198.51.100.1", Origins.Of(http).Source!.ToString());
    }

    [Theory]
    [InlineData("10.0.0.1", "https", false, true)]
    [InlineData("10.0.0.1", "HTTPS", false, true)]
    [InlineData("10.0.0.1", "http", true, false)]
    [InlineData("10.0.0.1", "https, http", false, false)]
    [InlineData("10.0.0.1", null, true, true)]
    [InlineData("10.0.0.1", null, false, false)]
    [InlineData("203.0.113.9", "https", false, false)]
    [InlineData("203.0.113.9", "http", true, true)]
    public void A_trusted_proxy_tells_whether_the_client_came_by_TLS(string peer, string? said, bool connectionIsSecure, bool isSecure)
    {
        var http = Request(peer);
        http.Request.IsHttps = connectionIsSecure;
        if (said is not null)
        {
            http.Request.Headers["X-Forwarded-Proto"] = said;
        }

        Assert.Equal(isSecure, Origins.Of(http).IsSecure);
    }

    private static DefaultHttpContext Request(string peer)
    {
        var http = new DefaultHttpContext();
        var mapped = peer.StartsWith("::ffff:", StringComparison.Ordinal);
        Assert.True(Cidr.TryParseAddress(mapped ? peer[7..] : peer, out var address, out var problem), problem);
        http.Connection.RemoteIpAddress = mapped ? address.MapToIPv6() : address;
        return http;
    }

    private static Cidr Block(string text)
    {
        var family = text.Contains(':', StringComparison.Ordinal) ? System.Net.Sockets.AddressFamily.InterNetworkV6 : System.Net.Sockets.AddressFamily.InterNetwork;
        return Cidr.TryParse(text, family, out var block, out var problem) ? block : throw new ArgumentException(problem, nameof(text));
    }
}
