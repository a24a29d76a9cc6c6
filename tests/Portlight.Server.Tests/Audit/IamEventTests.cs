using System.Text.Json;
using Portlight.Api;
using Portlight.Audit;
using Portlight.Server.Tests.Iam;

namespace Portlight.Server.Tests.Audit;

/// <summary>Events of the Query services: forms read as the structures that they stand for.</summary>
public sealed class IamEventTests
{
    [Fact]
    public async Task A_form_reads_as_the_request_that_it_spells_out()
    {
        await using var server = await ServerHarness.StartAsync();

        await server.IamAsync(
            "CreateUser", ("UserName", "alice"), ("Path", "/ops/"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "blue"), ("Tags.member.2.Key", "a.b"), ("Tags.member.2.Value", "c"));

        var made = await server.LastEventAsync();
        Assert.Equal("""{"path":"/ops/","tags":[{"key":"team","value":"blue"},{"key":"a.b","value":"c"}],"userName":"alice"}""", made.GetProperty("requestParameters").GetRawText());
        Assert.Equal(("iam.amazonaws.com", "CreateUser", "us-east-1"), (made.Text("eventSource"), made.Text("eventName"), made.Text("awsRegion")));
        var user = made.GetProperty("responseElements").GetProperty("user");
        Assert.Equal(("alice", "/ops/", "arn:aws:iam::111122223333:user/ops/alice"), (user.Text("userName"), user.Text("path"), user.Text("arn")));
        Assert.StartsWith("AIDA", user.Text("userId"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_key_is_shown_without_its_secret()
    {
        await using var server = await ServerHarness.StartAsync();

        var alice = await server.UserAsync("alice");

        var line = (await server.AuditLinesAsync())[^1];
        var key = JsonSerializer.Deserialize<JsonElement>(line).GetProperty("responseElements").GetProperty("accessKey");
        Assert.Equal("userName,accessKeyId,status,createDate", key.Members());
        Assert.Equal(alice.AccessKeyId, key.Text("accessKeyId"));
        Assert.DoesNotContain(alice.SecretAccessKey, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_has_the_code_of_the_query_protocol_and_the_name_of_the_user()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice");

        await server.IamRefusedAsync(alice, "CreateUser", ("UserName", "bob"));

        var denied = await server.LastEventAsync();
        Assert.Equal("AccessDenied", denied.Text("errorCode"));
        var identity = denied.GetProperty("userIdentity");
        Assert.Equal(("IAMUser", "alice", alice.AccessKeyId), (identity.Text("type"), identity.Text("userName"), identity.Text("accessKeyId")));
    }

    [Fact]
    public async Task A_presigned_form_leaves_no_signature_and_an_empty_one_no_parameters()
    {
        await using var server = await ServerHarness.StartAsync();

        await server.IamAsync("ListUsers");

        Assert.Equal(JsonValueKind.Null, (await server.LastEventAsync()).GetProperty("requestParameters").ValueKind);
        Assert.True(Wire.Query.QueryRequest.TryParse("Action=ListUsers&Version=2010-05-08&X-Amz-Signature=abc&X-Amz-Security-Token=def&UserName=a&List.member.2=y&List.member.1=x"u8, out var form, out _));
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            var shape = ParameterShape.Parse("List[] UserName");
            FormParameters.Write(new ParameterWriter(json, shape, isRefused: false), form, shape);
        }

        Assert.Equal("""{"list":["x","y"],"userName":"a"}""", System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
