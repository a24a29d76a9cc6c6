using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Portlight.Audit;

namespace Portlight.Server.Tests.Audit;

/// <summary>Calls of people whom nobody knows: recorded, but not so many that they could fill the disk.</summary>
public sealed class UnknownCallerTests
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"instanceName":"web-1","userData":"x"}""");

    [Fact]
    public async Task Ten_a_second_are_recorded_and_the_rest_counted()
    {
        await using var server = await ServerHarness.StartAsync();
        for (var i = 0; i < 25; i++)
        {
            await server.SendRefusedAsync(server.Request("Lightsail_20161128.GetInstance", Body, server.Credentials with { AccessKeyId = "AKIAAAAAAAAAAAAAAAAA" }));
        }

        Assert.Equal(10, (await server.EventsAsync()).Count);
        Assert.Equal(15, server.Server.Audit.Log.Unknown.Total);

        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await server.SendRefusedAsync(server.Request("Lightsail_20161128.GetInstance", Body, server.Credentials with { AccessKeyId = "AKIAAAAAAAAAAAAAAAAA" }));
        var last = await server.LastEventAsync();
        Assert.Equal(15, last.GetProperty("additionalEventData").GetProperty("unrecordedUnknownCalls").GetInt64());
    }

    [Fact]
    public async Task Nothing_of_such_a_call_is_believed()
    {
        await using var server = await ServerHarness.StartAsync();

        await server.SendRefusedAsync(server.Request("Lightsail_20161128.GetInstance", Body, server.Credentials with { AccessKeyId = "AKIAAAAAAAAAAAAAAAAA" }));

        var one = await server.LastEventAsync();
        Assert.Equal("""{"type":"Unknown","accessKeyId":"AKIAAAAAAAAAAAAAAAAA"}""", one.GetProperty("userIdentity").GetRawText());
        Assert.Equal(JsonValueKind.Null, one.GetProperty("requestParameters").ValueKind);
        Assert.Equal(("111122223333", "us-east-1", "UnrecognizedClientException"), (one.Text("recipientAccountId"), one.Text("awsRegion"), one.Text("errorCode")));
    }

    /// <summary>Of an IPv6 site all addresses count as one.</summary>
    [Fact]
    public void A_flood_from_one_source_leaves_room_for_every_other()
    {
        var clock = new FakeTimeProvider();
        var unknown = new UnknownCallers(clock);
        var flood = Enumerable.Range(0, 1_000).Select(number => unknown.TryTake(Address($"2001:db8:1:{number:x}::1"))).Concat(Enumerable.Range(0, 1_000).Select(_ => unknown.TryTake(Address("198.51.100.1"))));
        Assert.Equal(2 * UnknownCallers.OfSource, flood.Count(isTaken => isTaken));

        Assert.True(unknown.TryTake(Address("198.51.100.2")));
        Assert.True(unknown.TryTake(Address("2001:db8:2::1")));
        Assert.False(unknown.TryTake(Address("198.51.100.1")));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(unknown.TryTake(Address("198.51.100.1")));
        Assert.False(unknown.TryTake(Address("198.51.100.1")));
        Assert.Equal(1_982, unknown.Total);
    }

    private static IPAddress Address(string text)
    {
        Assert.True(Domain.Cidr.TryParseAddress(text, out var address, out var problem), problem);
        return address;
    }

    [Fact]
    public void All_sources_together_have_a_bound_too()
    {
        var unknown = new UnknownCallers(new FakeTimeProvider());
        var taken = Enumerable.Range(0, 3 * UnknownCallers.MaxSources).Count(number => unknown.TryTake(new IPAddress(new byte[] { 10, (byte)(number >> 16), (byte)(number >> 8), (byte)number })));

        Assert.Equal(UnknownCallers.OfAll, taken);
    }

    /// <summary>What a broken client puts in the wrong place must not be kept: a secret, a signature, anything.</summary>
    [Theory]
    [InlineData("AWS4-HMAC-SHA256 SIGNATURE-OR-SECRET, more")]
    [InlineData("AWS4-HMAC-SHA256 SIGNATURE-OR-SECRET=a, SIGNATURE-OR-SECRET=b")]
    [InlineData("AWS4-HMAC-SHA256 Credential=SIGNATURE-OR-SECRET/20261122/us-east-1/lightsail/aws4_request, SignedHeaders=host;x-amz-date, Signature=00")]
    [InlineData("AWS4-HMAC-SHA256 Credential=AKIAAAAAAAAAAAAAAAAA/20261122/SIGNATURE-OR-SECRET/lightsail/aws4_request, SignedHeaders=host;x-amz-date, Signature=00")]
    [InlineData("AWS4-HMAC-SHA256 Credential=AKIAAAAAAAAAAAAAAAAA, SignedHeaders=SIGNATURE-OR-SECRET, Signature=SIGNATURE-OR-SECRET")]
    [InlineData("AWS4-SIGNATURE-OR-SECRET Credential=AKIAAAAAAAAAAAAAAAAA/20261122/us-east-1/lightsail/aws4_request, SignedHeaders=host, Signature=00")]
    public async Task Nothing_of_the_authorization_header_but_a_key_id_is_repeated(string authorization)
    {
        await using var server = await ServerHarness.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Endpoint) { Content = new ByteArrayContent(Body) };
        request.Headers.TryAddWithoutValidation("X-Amz-Target", "Lightsail_20161128.GetInstance");
        request.Headers.TryAddWithoutValidation("X-Amz-Date", "20261122T120000Z");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        var line = Assert.Single(await server.AuditLinesAsync());
        Assert.DoesNotContain("SIGNATURE-OR-SECRET", line, StringComparison.Ordinal);
        Assert.Contains("\"errorMessage\":\"", line, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Log.All, logged => logged.Contains("SIGNATURE-OR-SECRET", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_that_is_none_is_recorded_too()
    {
        await using var server = await ServerHarness.StartAsync();

        using var answer = await server.Http.GetAsync(new Uri(server.Endpoint, "/admin.php"), TestContext.Current.CancellationToken);

        var one = await server.LastEventAsync();
        Assert.Equal(("Unknown", "Unknown", "AccessDeniedException"), (one.Text("eventName"), one.GetProperty("userIdentity").Text("type"), one.Text("errorCode")));
    }
}
