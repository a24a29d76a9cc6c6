using System.Text;
using System.Text.Json;

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

    [Fact]
    public async Task A_request_that_is_none_is_recorded_too()
    {
        await using var server = await ServerHarness.StartAsync();

        using var answer = await server.Http.GetAsync(new Uri(server.Endpoint, "/admin.php"), TestContext.Current.CancellationToken);

        var one = await server.LastEventAsync();
        Assert.Equal(("Unknown", "Unknown", "AccessDeniedException"), (one.Text("eventName"), one.GetProperty("userIdentity").Text("type"), one.Text("errorCode")));
    }
}
