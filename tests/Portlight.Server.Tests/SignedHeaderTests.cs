using System.Text;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests;

/// <summary>What a signature is good for, by header and by query.</summary>
public sealed class SignedHeaderTests
{
    private const string GetPorts = "Lightsail_20161128.GetInstancePortStates";
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"instanceName":"web-1"}""");

    [Fact]
    public async Task A_presigned_query_is_as_good_as_a_header()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        using var request = Presigned(server, GetPorts, ["host", "x-amz-target"]);

        using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("""{"portStates":[]}""", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_signature_is_for_one_operation_alone()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");

        // Its host alone is signed: the target could be any.
        var (status, error) = await server.SendRefusedAsync(Presigned(server, "Lightsail_20161128.DeleteInstance", ["host"]));
        Assert.Equal((400, "InvalidSignatureException", "There were headers present in the request which were not signed: x-amz-target"), (status, error.Type, error.Message));

        var exchanged = server.Request(GetPorts, Body);
        exchanged.Headers.Remove("X-Amz-Target");
        exchanged.Headers.TryAddWithoutValidation("X-Amz-Target", "Lightsail_20161128.DeleteInstance");
        (_, error) = await server.SendRefusedAsync(exchanged);
        Assert.StartsWith("The request signature we calculated does not match", error.Message, StringComparison.Ordinal);
        Assert.NotNull(server.Server.Store.View.FindInstance(server.Scope, "web-1"));
    }

    private static HttpRequestMessage Presigned(ServerHarness server, string target, string[] signed)
    {
        var query = SigV4Signer.PresignedQuery(
            new SigV4Request<HostAndTarget>("POST", "/", "", new HostAndTarget(server.Endpoint.Authority, target), Body),
            signed,
            server.Credentials,
            new SigV4Rules { Service = "lightsail" },
            "us-east-1",
            server.Clock.GetUtcNow(),
            TimeSpan.FromMinutes(15));
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Endpoint, "/?" + query)) { Content = new ByteArrayContent(Body) };
        request.Headers.TryAddWithoutValidation("X-Amz-Target", target);
        return request;
    }

    private readonly struct HostAndTarget(string host, string target) : IHeaderSource
    {
        public HeaderValues Get(string name) => name switch { "host" => new(host), "x-amz-target" => new(target), _ => default };

        public IEnumerable<string> Names => ["host", "x-amz-target"];
    }
}
