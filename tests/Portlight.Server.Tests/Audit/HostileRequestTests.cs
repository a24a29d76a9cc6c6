using System.Text;
using System.Text.Json;
using CsCheck;
using Portlight.Wire.Client;

namespace Portlight.Server.Tests.Audit;

/// <summary>No request keeps its event from being found, and no event is what any reader of JSON would refuse.</summary>
public sealed class HostileRequestTests
{
    private static readonly Gen<string> Name = Gen.OneOf(
        "instanceName", "instanceNames", "portInfo", "portInfos", "tags", "userName", "roleArn", "keyPairName", "publicKeyBase64", "eventID", "recipientAccountId", "chain", "x", "\\ud800", "\\u0069nstanceName", "");

    private static readonly Gen<string> Value = Gen.OneOf(
        "\"web-1\"", "\"\\ud800\"", "\"\\udc00\\ud800x\"", "\"a\\u2028b\u2028c\"", "\"\u0085\\u0000\\n\"", "1e99999", "-0", "1.0", "123456789012345678901234567890", "0.1e-400", "null", "true", "[]", "{}",
        "[[\"web-1\",{\"a\":1,\"a\":2}]]", "{\"userName\":\"\\ud800\",\"fromPort\":1e99999}", """{"fromPort":22,"toPort":22,"protocol":"tcp","x":1,"x":2}""", """[{"key":"a","value":"\udfff"}]""",
        Deep(20), Deep(30), Deep(31), Deep(63), Deep(70));

    private static readonly Gen<string> Body = Gen.Select(Name, Value, (name, value) => $"\"{name}\":{value}").Array[0, 6].Select(members => $"{{{string.Join(",", members)}}}");

    private static readonly Gen<string> Form = Gen.Select(
        Gen.OneOf("UserName", "GroupName", "userName", "PolicyDocument", "Tags.member.1.Key", "Tags.member.999999.Value", "Tags", "UserName.member.1", "Tags.member.x", "a.b.c.d.e.f.g.h.i.j", "PathPrefix", "", ".", "chain", "%E2%80%A8"),
        Gen.OneOf("alice", "%E2%80%A8", "%00", "%F0%9F%A6%80", "%22%7D%7D%0A", "1e99999", "", "%ED%A0%80"),
        (name, value) => $"&{name}={value}").Array[0, 6].Select(string.Concat);

    [Fact]
    public async Task Every_call_of_a_JSON_service_is_found_whatever_its_body_holds()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 0 });
        await server.CreateRunningAsync("web-1");
        var nobody = await server.AddUserAsync("nobody", []);
        var sent = new List<string>();
        await Gen.Select(Gen.OneOf([.. server.Server.Operations.Where(entry => !entry.Service.SpeaksQuery)]), Body, Gen.Bool).SampleAsync(
            async (entry, body, isNobody) =>
            {
                using var request = server.Request(entry.Service.TargetPrefix + entry.Name, Encoding.UTF8.GetBytes(body), isNobody ? nobody : null, service: entry.Service.SigningName);
                using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
                sent.Add($"{answer.Headers.GetValues("x-amzn-RequestId").Single()} {entry.Name}");
            },
            iter: 600,
            threads: 1);

        await AssertFoundAsync(server, sent);
    }

    [Fact]
    public async Task Every_call_of_a_Query_service_is_found_whatever_its_form_holds()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 0 });
        var nobody = await server.AddUserAsync("nobody", []);
        var sent = new List<string>();
        await Gen.Select(Gen.OneOf([.. server.Server.Operations.Where(entry => entry.Service.SpeaksQuery)]), Form, Gen.Bool).SampleAsync(
            async (entry, form, isNobody) =>
            {
                var body = Encoding.UTF8.GetBytes($"Action={entry.Name}&Version={entry.Service.Version}{form}");
                using var request = new HttpRequestMessage(HttpMethod.Post, server.Endpoint) { Content = new ByteArrayContent(body) };
                request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
                RequestSigning.Sign(request, body, isNobody ? nobody : server.Credentials, server.Scope.Region, server.Clock.GetUtcNow(), entry.Service.SigningName);
                using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
                // A form that cannot be read names no operation, and its caller stays unknown: those have tests of their own.
                if (!form.Contains("%ED", StringComparison.Ordinal) && !HasTwice(form))
                {
                    sent.Add($"{answer.Headers.GetValues("x-amzn-RequestId").Single()} {entry.Name}");
                }
            },
            iter: 600,
            threads: 1);

        await AssertFoundAsync(server, sent);
    }

    private static async Task AssertFoundAsync(ServerHarness server, List<string> sent)
    {
        await server.FlushAuditAsync();
        var found = (await server.LookupAsync()).Select(one => JsonSerializer.Deserialize<JsonElement>(one.Text("CloudTrailEvent"))).Select(one => $"{one.Text("requestID")} {one.Text("eventName")}").ToHashSet();
        Assert.DoesNotContain(sent, one => !found.Contains(one));
        Assert.All(await server.AuditLinesAsync(), AssertPlain);
    }

    /// <summary>What the strictest reader takes: no name twice, no number beyond a double, every text whole, no line end that only some know.</summary>
    private static void AssertPlain(string line)
    {
        using var json = JsonDocument.Parse(line, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 24 });
        AssertPlain(json.RootElement);
        Assert.DoesNotContain(line, character => character is '\u2028' or '\u2029' or '\u0085' || char.IsControl(character) || character == '\uFFFD');
    }

    private static void AssertPlain(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                Assert.All(element.EnumerateObject(), member => AssertPlain(member.Value));
                break;
            case JsonValueKind.Array:
                Assert.All(element.EnumerateArray(), AssertPlain);
                break;
            case JsonValueKind.Number:
                Assert.True(double.IsFinite(element.GetDouble()));
                break;
            case JsonValueKind.String:
                Assert.NotNull(element.GetString()); // which throws where half of a surrogate pair stands
                break;
        }
    }

    private static bool HasTwice(string form) => form.Split('&', StringSplitOptions.RemoveEmptyEntries).GroupBy(pair => pair.Split('=')[0]).Any(group => group.Count() > 1);

    private static string Deep(int levels) => new string('[', levels) + new string(']', levels);
}
