using System.Text;
using System.Text.Json;
using Portlight.Audit;
using Portlight.Server.Tests.Iam;

namespace Portlight.Server.Tests.Audit;

/// <summary>What an event shows of a request: what the operation knows, cut where it is long, and nothing that the caller could push out or slip in.</summary>
public sealed class RequestParameterTests
{
    [Fact]
    public async Task Members_that_the_operation_does_not_have_are_left_out_and_counted()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");

        await server.SendAsync(
            "PutInstancePublicPorts",
            """{"x":1,"x":2,"instanceName":"web-1","userName":"root","y":1e99999,"portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp","eventID":{"a":[1]}}],"userIdentity":{"type":"Root"}}""");

        var one = await server.LastEventAsync();
        Assert.Equal("""{"instanceName":"web-1","portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp"}]}""", one.GetProperty("requestParameters").GetRawText());
        Assert.Equal(6, one.GetProperty("additionalEventData").GetProperty("unknownParametersOmitted").GetInt32());
    }

    [Fact]
    public async Task Padding_pushes_nothing_out_of_a_form()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.UserAsync("mallory");
        await server.IamAsync("CreateGroup", ("GroupName", "admins"));

        await server.IamAsync("AddUserToGroup", ("GroupName", "admins"), ("UserName", "mallory"), ("pad", new string('A', 104_000)));

        var line = (await server.AuditLinesAsync())[^1];
        var one = JsonSerializer.Deserialize<JsonElement>(line);
        Assert.Equal("""{"groupName":"admins","userName":"mallory"}""", one.GetProperty("requestParameters").GetRawText());
        Assert.Equal(1, one.GetProperty("additionalEventData").GetProperty("unknownParametersOmitted").GetInt32());
        Assert.InRange(line.Length, 500, 3_000);
    }

    [Fact]
    public async Task Space_does_not_hide_a_policy()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateUser", ("UserName", "mallory"));
        var padded = new string(' ', 20_000) + IamCalls.AllowAll.Replace("\"Action\"", new string('\n', 30_000) + "\"Action\"", StringComparison.Ordinal);

        await server.IamRefusedAsync("PutUserPolicy", ("UserName", "mallory"), ("PolicyName", "own"), ("PolicyDocument", padded));

        var document = (await server.LastEventAsync()).GetProperty("requestParameters").Text("policyDocument");
        Assert.Equal(
            $" {IamCalls.AllowAll.Replace("\"Action\"", " \"Action\"", StringComparison.Ordinal)}… [shortened: {padded.Length} characters, SHA-256 {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(padded)))}]",
            document);
    }

    [Fact]
    public async Task A_long_value_is_cut_with_its_length_and_hash_and_leaves_room_for_the_others()
    {
        await using var server = await ServerHarness.StartAsync();
        var names = string.Join(',', Enumerable.Range(0, 5_000).Select(number => $"\"{new string('n', 30)}-{number}\""));

        await server.RefuseAsync("CreateInstances", $$"""{"instanceNames":[{{names}}],"availabilityZone":"{{new string('z', 60_000)}}","blueprintId":"debian_12"}""");

        var line = (await server.AuditLinesAsync())[^1];
        var parameters = JsonSerializer.Deserialize<JsonElement>(line).GetProperty("requestParameters");
        Assert.Equal("debian_12", parameters.Text("blueprintId"));
        Assert.EndsWith(
            $"… [shortened: 60000 characters, SHA-256 {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(new string('z', 60_000))))}]",
            parameters.Text("availabilityZone"),
            StringComparison.Ordinal);
        var shown = parameters.GetProperty("instanceNames").EnumerateArray().ToList();
        Assert.Equal(5_000, shown.Count - 1 + shown[^1].GetProperty("omitted").GetInt32());
        Assert.InRange(line.Length, 1_000, ParameterWriter.MaxLength);
    }

    [Fact]
    public async Task A_throttled_call_has_no_parameters()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 1 });
        await server.SendAsync("GetRegions");

        await server.RefuseAsync("GetInstance", """{"instanceName":"web-1"}""");

        var one = await server.LastEventAsync();
        Assert.Equal("ThrottlingException", one.Text("errorCode"));
        Assert.Equal(JsonValueKind.Null, one.GetProperty("requestParameters").ValueKind);
    }

    [Theory]
    [InlineData("publicKeyBase64", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA-MARK\n-----END OPENSSH PRIVATE KEY-----")]
    [InlineData("publicKeyBase64", "TUFSSy1NQVJLLU1BUksgc2VjcmV0IG9mIGEga2luZCB0aGF0IG5vYm9keSBrbm93cw==-MARK")]
    [InlineData("keyPairName", "-----BEGIN RSA PRIVATE KEY-----MARK")]
    [InlineData("keyPairName", "LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUgS0VZLS0tLS0KTUFSSw==MARK")]
    public async Task A_private_key_that_is_sent_in_the_place_of_something_else_is_not_kept(string member, string value)
    {
        await using var server = await ServerHarness.StartAsync();

        await server.RefuseAsync("ImportKeyPair", JsonSerializer.Serialize(new Dictionary<string, string> { ["keyPairName"] = "kp-1", ["publicKeyBase64"] = "ssh-ed25519 AAAA", [member] = value }));

        var line = (await server.AuditLinesAsync())[^1];
        Assert.DoesNotContain("MARK", line, StringComparison.Ordinal);
        Assert.DoesNotContain("b3BlbnNzaC1rZXktdjE", line, StringComparison.Ordinal);
        Assert.Contains("HIDDEN_DUE_TO_SECURITY_REASONS", line, StringComparison.Ordinal);
    }

    /// <summary>A parameter that an operation has and this list has not would be missing from its events.</summary>
    [Fact]
    public async Task Every_parameter_of_the_sample_requests_is_shown()
    {
        await using var server = await ServerHarness.StartAsync();
        var entries = server.Server.Operations.ToDictionary(entry => entry.Action);
        foreach (var (action, sample) in AuthorisationSamples.All)
        {
            var shape = entries[action].Parameters;
            var buffer = new System.Buffers.ArrayBufferWriter<byte>();
            using var json = new Utf8JsonWriter(buffer);
            var writer = new ParameterWriter(json, shape, isRefused: false);
            if (sample.StartsWith('{'))
            {
                JsonParameters.Write(writer, Encoding.UTF8.GetBytes(sample), shape);
            }
            else
            {
                Assert.True(Wire.Query.QueryRequest.TryParse(Encoding.UTF8.GetBytes(sample), out var form, out var problem), problem);
                FormParameters.Write(writer, form, shape);
            }

            Assert.True(writer.Unmodelled == 0, $"{action}: {sample}");
        }
    }
}
