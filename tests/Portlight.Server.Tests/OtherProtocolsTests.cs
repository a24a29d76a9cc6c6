using System.Net;
using System.Text;
using System.Text.Json;
using Portlight.Wire.Client;

namespace Portlight.Server.Tests;

/// <summary>What a client may speak that is not spoken here, and how it is told.</summary>
public sealed class OtherProtocolsTests
{
    private const string Form = "application/x-www-form-urlencoded; charset=utf-8";

    [Theory]
    [InlineData("Action=ListUsers&Version=2010-05-08", "iam", "<ListUsersResponse xmlns=")]
    [InlineData("Action=GetCallerIdentity&Version=2011-06-15", "sts", "<GetCallerIdentityResponse xmlns=")]
    public async Task A_Query_service_answers_in_XML_whatever_is_accepted(string form, string service, string begins)
    {
        await using var server = await ServerHarness.StartAsync();
        using var request = Signed(server, HttpMethod.Post, "/", form, Form, service);
        request.Headers.Accept.ParseAdd("application/json");

        using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((200, "text/xml"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.StartsWith(begins, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HTTP_2_is_not_spoken_to_a_caller_that_begins_with_it()
    {
        await using var server = await ServerHarness.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Endpoint, "/healthz")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        await Assert.ThrowsAsync<HttpRequestException>(() => server.Http.SendAsync(request, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_call_in_CBOR_names_no_operation()
    {
        await using var server = await ServerHarness.StartAsync();
        var request = Signed(server, HttpMethod.Post, "/service/Lightsail_20161128/operation/GetRegions", "\u00a0", "application/cbor", "lightsail"); // A0 is an empty map
        request.Headers.TryAddWithoutValidation("Smithy-Protocol", "rpc-v2-cbor");

        var (status, error) = await server.SendRefusedAsync(request);

        Assert.Equal((400, "UnknownOperationException"), (status, error.Type));
        Assert.StartsWith("no operation is named: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Query_service_that_is_not_here_has_no_such_action()
    {
        await using var server = await ServerHarness.StartAsync();
        using var request = Signed(server, HttpMethod.Post, "/", "Action=DescribeInstances&Version=2016-11-15", Form, "ec2");

        using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains("<Code>InvalidAction</Code>", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/bucket/key")]
    [InlineData("GET", "/bucket?list-type=2")]
    [InlineData("PUT", "/bucket/key")]
    [InlineData("DELETE", "/bucket")]
    public async Task A_service_that_names_its_operation_by_method_and_path_is_refused_in_JSON(string method, string path)
    {
        await using var server = await ServerHarness.StartAsync();
        using var request = Signed(server, new HttpMethod(method), path, "", contentType: null, "s3");

        using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((400, "application/x-amz-json-1.1"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal("AccessDeniedException", JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Text("__type"));
    }

    private static HttpRequestMessage Signed(ServerHarness server, HttpMethod method, string path, string body, string? contentType, string service)
    {
        var bytes = Encoding.Latin1.GetBytes(body);
        var request = new HttpRequestMessage(method, new Uri(server.Endpoint, path));
        if (contentType is not null)
        {
            request.Content = new ByteArrayContent(bytes) { Headers = { ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(contentType) } };
        }

        RequestSigning.Sign(request, bytes, server.Credentials, "us-east-1", server.Clock.GetUtcNow(), service);
        return request;
    }
}
