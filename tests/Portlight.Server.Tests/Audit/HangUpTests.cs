using System.Text;
using Portlight.Api;
using Portlight.Server.Tests.Sts;
using Portlight.Server.Tests.Tenants;
using Portlight.TestKit;

namespace Portlight.Server.Tests.Audit;

/// <summary>A caller that closes its connection is recorded, counted and logged like one that waits for its answer.</summary>
public sealed class HangUpTests
{
    private const string GetPorts = "Lightsail_20161128.GetInstancePortStates";
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"instanceName":"web-1"}""");

    [Fact]
    public async Task While_its_refusal_waits()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RefusalDelay = TimeSpan.FromSeconds(4) });
        var guess = server.Credentials with { SecretAccessKey = "wrong" };
        for (var i = 0; i < RefusalBrake.Free; i++)
        {
            await server.SendRefusedAsync(server.Request(GetPorts, Body, guess));
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var waiting = server.Http.SendAsync(server.Request(GetPorts, Body, guess), patience.Token);

        // The clock stands still, so the answer waits; the event does not.
        await Until.TrueAsync(async () => Count(await server.AuditLinesAsync(), "\"errorCode\":\"InvalidSignatureException\"") == RefusalBrake.Free + 1, "the event of a refusal that waits");
        Assert.False(waiting.IsCompleted);
        Assert.Equal("arn:aws:iam::111122223333:root", await server.WhoAsync(server.Credentials));
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        await Until.TrueAsync(() => Task.FromResult(Count(server.Log.All, "InvalidSignatureException") == RefusalBrake.Free + 1), "the log line of a call whose caller has gone");
        Assert.Equal(RefusalBrake.Free + 1, Count(await server.AuditLinesAsync(), "\"errorCode\":\"InvalidSignatureException\""));
    }

    [Fact]
    public async Task Before_its_request_is_complete()
    {
        await using var server = await ServerHarness.StartAsync();
        using (var signed = server.Request(GetPorts, Body, server.Credentials))
        using (var connection = RawRequest.To(server))
        {
            await connection.BeginAsync(signed, length: 100);
            await connection.SendAsync("{\"inst");
            connection.Reset();
        }

        await Until.TrueAsync(async () => (await server.AuditLinesAsync()).Count == 1, "the event of a request that never arrived whole");
        Assert.Equal("MalformedHttpRequestException", (await server.LastEventAsync()).Text("errorCode"));
        await Until.TrueAsync(() => Task.FromResult(Count(server.Log.All, "MalformedHttpRequestException") == 1), "its log line");
    }

    private static int Count(IEnumerable<string> lines, string part) => lines.Count(line => line.Contains(part, StringComparison.Ordinal));
}
