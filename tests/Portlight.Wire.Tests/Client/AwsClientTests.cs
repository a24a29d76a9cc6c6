using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Portlight.Wire.Client;
using Portlight.Wire.Lightsail;
using Portlight.Wire.SigV4;

namespace Portlight.Wire.Tests.Client;

public sealed class AwsClientTests
{
    private static readonly AwsCredentials Credentials = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "a-token");
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));

    [Theory]
    [InlineData("http://127.0.0.1:8580/", "127.0.0.1:8580")]
    [InlineData("http://[::1]:8580/", "[::1]:8580")]
    [InlineData("https://portlight.example/", "portlight.example")]
    public async Task A_call_carries_a_signature_that_the_verifier_accepts(string endpoint, string host)
    {
        var server = new Server(HttpStatusCode.OK, """{"state":{"code":16,"name":"running"}}""");

        var answer = await Call(server, endpoint);

        Assert.Equal(16, answer.State.Code);
        Assert.Equal(host, server.Headers["host"]);
        Assert.Equal("application/x-amz-json-1.1", server.Headers["content-type"]);
        Assert.Equal("Lightsail_20161128.GetInstanceState", server.Headers["x-amz-target"]);
        Assert.Equal("""{"instanceName":"web-1"}""", Encoding.UTF8.GetString(server.Body));
        var verifier = new SigV4Verifier(new() { Service = "lightsail" }, Clock);
        var request = new SigV4Request<ReceivedHeaders>("POST", "/", "", new(server.Headers), server.Body);
        Assert.True(verifier.TryParse(request, out var parsed, out var problem), problem?.Message);
        Assert.True(verifier.Verify(parsed, request, Credentials.SecretAccessKey, out problem), problem?.Message);
        Assert.Equal(["content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target"], parsed.SignedHeaders);
        Assert.Equal("eu-central-1", parsed.Region);
        Assert.Equal("a-token", parsed.SessionToken);
    }

    [Fact]
    public async Task A_change_that_has_to_be_confirmed_says_so_in_a_header_that_is_signed()
    {
        var server = new Server(HttpStatusCode.OK, """{"state":{"code":16,"name":"running"}}""");

        await Call(server, "http://127.0.0.1:8580/", TimeSpan.FromMinutes(1));

        Assert.Equal("60", server.Headers["x-portlight-confirm"]);
        var request = new SigV4Request<ReceivedHeaders>("POST", "/", "", new(server.Headers), server.Body);
        var verifier = new SigV4Verifier(new() { Service = "lightsail" }, Clock);
        Assert.True(verifier.TryParse(request, out var parsed, out var problem), problem?.Message);
        Assert.True(verifier.Verify(parsed, request, Credentials.SecretAccessKey, out problem), problem?.Message);
        Assert.Contains("x-portlight-confirm", parsed.SignedHeaders);
    }

    [Fact]
    public async Task A_condition_is_signed_and_an_address_that_is_spoken_for_is_said()
    {
        var server = new Server(HttpStatusCode.OK, """{"state":{"code":16,"name":"running"}}""");
        using var http = new HttpClient(server);

        await new AwsClient(http, new Uri("http://127.0.0.1:8580/"), "eu-central-1", Credentials, Clock) { IfMatch = "\"a-tag\"", ForwardedFor = "2001:db8::7" }.SendAsync(
            "Lightsail_20161128.GetInstanceState", new GetInstanceStateRequest { InstanceName = "web-1" }, LightsailJson.Default.GetInstanceStateRequest, LightsailJson.Default.GetInstanceStateResponse, TestContext.Current.CancellationToken);

        Assert.Equal(("\"a-tag\"", "2001:db8::7"), (server.Headers["if-match"], server.Headers["x-forwarded-for"]));
        var request = new SigV4Request<ReceivedHeaders>("POST", "/", "", new(server.Headers), server.Body);
        var verifier = new SigV4Verifier(new() { Service = "lightsail" }, Clock);
        Assert.True(verifier.TryParse(request, out var parsed, out var problem), problem?.Message);
        Assert.True(verifier.Verify(parsed, request, Credentials.SecretAccessKey, out problem), problem?.Message);
        Assert.Contains("if-match", parsed.SignedHeaders);
    }

    [Fact]
    public async Task A_form_is_signed_and_its_result_is_read_without_namespaces()
    {
        var server = new Server(HttpStatusCode.OK, """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>""");
        using var http = new HttpClient(server);

        var result = await new QueryClient(http, new Uri("http://127.0.0.1:8580/"), "sts", "eu-central-1", Credentials, Clock).SendAsync("GetCallerIdentity", QueryClient.StsVersion, [], TestContext.Current.CancellationToken);

        Assert.Equal("111122223333", result.Element("Account")?.Value);
        Assert.Equal("Action=GetCallerIdentity&Version=2011-06-15", Encoding.UTF8.GetString(server.Body));
        var request = new SigV4Request<ReceivedHeaders>("POST", "/", "", new(server.Headers), server.Body);
        var verifier = new SigV4Verifier(new() { Service = "sts" }, Clock);
        Assert.True(verifier.TryParse(request, out var parsed, out var problem), problem?.Message);
        Assert.True(verifier.Verify(parsed, request, Credentials.SecretAccessKey, out problem), problem?.Message);
    }

    [Theory]
    [InlineData("<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error><RequestId>request-1</RequestId></ErrorResponse>", "AccessDenied", "no")]
    [InlineData("<html>no", "UnknownError", "the server answered 403 Forbidden")]
    public async Task An_error_of_the_query_protocol_is_an_exception_too(string body, string type, string message)
    {
        using var http = new HttpClient(new Server(HttpStatusCode.Forbidden, body));

        var error = await Assert.ThrowsAsync<AwsErrorException>(
            () => new QueryClient(http, new Uri("http://127.0.0.1:1/"), "sts", "eu-central-1", Credentials, Clock).SendAsync("GetSessionToken", QueryClient.StsVersion, [], TestContext.Current.CancellationToken));

        Assert.Equal((type, message), (error.Type, error.Message));
    }

    [Fact]
    public async Task An_error_answer_is_an_exception_with_all_its_parts()
    {
        var server = new Server(
            HttpStatusCode.BadRequest, """{"__type":"NotFoundException","code":"DoesNotExist","message":"The Instance does not exist: web-1"}""");

        var error = await Assert.ThrowsAsync<AwsErrorException>(() => Call(server, "http://127.0.0.1:1/"));

        Assert.Equal(
            ("NotFoundException", "DoesNotExist", "The Instance does not exist: web-1", HttpStatusCode.BadRequest, "request-1"),
            (error.Type, error.Code, error.Message, error.Status, error.RequestId));
    }

    [Fact]
    public async Task An_answer_that_no_api_gave_is_told_by_its_status()
    {
        var error = await Assert.ThrowsAsync<AwsErrorException>(
            () => Call(new Server(HttpStatusCode.BadGateway, "<html>no</html>"), "http://127.0.0.1:1/"));

        Assert.Equal(("UnknownError", "the server answered 502 Bad Gateway"), (error.Type, error.Message));
    }

    [Fact]
    public async Task An_answer_of_another_shape_is_an_error_that_names_the_place()
    {
        var error = await Assert.ThrowsAsync<AwsErrorException>(
            () => Call(new Server(HttpStatusCode.OK, """{"state":{"code":"16","name":"running"}}"""), "http://127.0.0.1:1/"));

        Assert.Equal(("UnreadableAnswer", "`state.code` must be an integer, not a string"), (error.Type, error.Message));
    }

    [Fact]
    public void Credentials_do_not_print_their_secrets()
    {
        Assert.DoesNotContain("EXAMPLEKEY", Credentials.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("a-token", $"{Credentials}", StringComparison.Ordinal);
    }

    private static async Task<GetInstanceStateResponse> Call(Server server, string endpoint, TimeSpan? confirmWithin = null)
    {
        using var http = new HttpClient(server);
        var client = new AwsClient(http, new Uri(endpoint), "eu-central-1", Credentials, Clock) { ConfirmWithin = confirmWithin };
        return await client.SendAsync(
            "Lightsail_20161128.GetInstanceState",
            new GetInstanceStateRequest { InstanceName = "web-1" },
            LightsailJson.Default.GetInstanceStateRequest,
            LightsailJson.Default.GetInstanceStateResponse,
            TestContext.Current.CancellationToken);
    }

    private readonly struct ReceivedHeaders(Dictionary<string, string> headers) : IHeaderSource
    {
        public HeaderValues Get(string name) => headers.TryGetValue(name, out var value) ? new(value) : default;

        public IEnumerable<string> Names => headers.Keys;
    }

    private sealed class Server(HttpStatusCode status, string answer) : HttpMessageHandler
    {
        internal Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

        internal byte[] Body { get; private set; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            foreach (var header in request.Headers.Concat(request.Content!.Headers))
            {
                Headers[header.Key] = string.Join(',', header.Value);
            }

            Body = await request.Content.ReadAsByteArrayAsync(cancellationToken);
            var response = new HttpResponseMessage(status) { Content = new StringContent(answer) };
            response.Headers.Add("x-amzn-RequestId", "request-1");
            return response;
        }
    }
}
