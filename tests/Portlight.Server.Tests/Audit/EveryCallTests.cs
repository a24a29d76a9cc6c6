using System.Text;
using System.Text.Json;
using CsCheck;

namespace Portlight.Server.Tests.Audit;

/// <summary>What holds for the event of every call, whatever is called and however it ends.</summary>
public sealed class EveryCallTests
{
    private const string Secret = "S3CRET-of-the-caller";

    private static readonly Gen<string> Value = Gen.OneOf(
        "null", "true", "22", "\"web-1\"", "\"ip-1\"", "\"us-east-1a\"", "\"ubuntu_22_04\"", "\"nano_3_0\"", "\"tcp\"", "[\"web-1\"]", "[]", "{}", "[[1]]",
        """[{"fromPort":22,"toPort":22,"protocol":"tcp"}]""", """{"fromPort":22,"toPort":22,"protocol":"tcp"}""", "\"a\\nb\\u0000\\\"\"", "\"\\ud800\"");

    private static readonly Gen<string> Member = Gen.OneOf(
        "instanceName", "instanceNames", "availabilityZone", "blueprintId", "bundleId", "tags", "resourceName", "staticIpName", "portInfo", "portInfos", "keyPairName", "unknown", "q\\u0022n");

    private static readonly Gen<string> Body = Gen.OneOf(
        Gen.Select(Member, Value, (member, value) => $"\"{member}\":{value}").Array[0, 4].Select(members => $"{{{string.Join(",", members)}}}"),
        Gen.OneOf("", "{", "[]", "nonsense", "{\"a\":1}{}", "{\"a\":\n 1}", "\"text\""));

    [Fact]
    public async Task There_is_exactly_one_whatever_the_request_is()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 0 });
        await server.CreateRunningAsync("web-1");
        var operations = server.Server.Operations.Where(entry => !entry.Service.SpeaksQuery && !entry.HandsOutSecret).ToArray(); // to make keys takes long
        var sent = new List<string>();
        await Gen.Select(Gen.OneOf(operations), Body).SampleAsync(
            async (entry, body) =>
            {
                using var request = server.Request(entry.Service.TargetPrefix + entry.Name, Encoding.UTF8.GetBytes(body), service: entry.Service.SigningName);
                using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
                sent.Add($"{answer.Headers.GetValues("x-amzn-RequestId").Single()} {entry.Name} {answer.IsSuccessStatusCode}");
            },
            iter: 800,
            threads: 1);

        var events = await server.EventsAsync();

        Assert.Equal(
            sent.Order(StringComparer.Ordinal),
            events.Skip(1).Select(one => $"{one.Text("requestID")} {one.Text("eventName")} {!one.Has("errorCode")}").Order(StringComparer.Ordinal));
        Assert.Equal(events.Count, events.Select(one => one.Text("eventID")).Distinct().Count());
    }

    [Fact]
    public async Task No_secret_that_a_caller_sends_or_is_given_is_in_it()
    {
        await using var server = await ServerHarness.StartAsync();
        var given = new List<string> { server.Credentials.SecretAccessKey, Secret };
        foreach (var entry in server.Server.Operations.Where(entry => !entry.Service.SpeaksQuery))
        {
            foreach (var body in Bodies())
            {
                using var answer = await server.Http.SendAsync(
                    server.Request(entry.Service.TargetPrefix + entry.Name, Encoding.UTF8.GetBytes(body), service: entry.Service.SigningName), TestContext.Current.CancellationToken);
                var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                given.AddRange(SecretsOf(JsonSerializer.Deserialize<JsonElement>(text)));
            }
        }

        var lines = string.Join('\n', await server.AuditLinesAsync());
        await server.Server.Audit.DisposeAsync();
        lines += string.Join('\n', Directory.GetFiles(Path.Combine(server.DataDirectory, "audit")).Select(File.ReadAllText));

        Assert.True(given.Count > 4, "a key pair and an account were made");
        Assert.All(given, secret => Assert.DoesNotContain(secret[..Math.Min(secret.Length, 40)], lines, StringComparison.Ordinal));
        Assert.Contains("HIDDEN_DUE_TO_SECURITY_REASONS", lines, StringComparison.Ordinal);
    }

    /// <summary>Requests that hold the marked secret wherever an operation takes one, by its plain name and by one that is spelt with escapes.</summary>
    private static IEnumerable<string> Bodies()
    {
        const string Rest = """
            "instanceNames":["web-1"],"instanceName":"web-1","availabilityZone":"us-east-1a","blueprintId":"ubuntu_22_04","bundleId":"nano_3_0","keyPairName":"kp-1","accountId":"444455556666"
            """;
        yield return "{" + Rest + $$""","userData":"{{Secret}}"}""";
        yield return "{" + Rest + $$""","\u0075serData":"{{Secret}}","password":"{{Secret}}","tags":[{"key":"a","userData":["{{Secret}}"]}]}""";
        yield return $$"""{"userData":"{{Secret}}" """;
        yield return $$"""{"keyPairName":"kp-2","userData":{"a":"{{Secret}}"},"secretAccessKey":"{{Secret}}"}""";
    }

    private static IEnumerable<string> SecretsOf(JsonElement answer)
    {
        foreach (var member in answer.ValueKind == JsonValueKind.Object ? answer.EnumerateObject() : default)
        {
            if (member.Name is "secretAccessKey" or "privateKeyBase64" or "privateKey")
            {
                yield return member.Value.GetString()!;
            }

            foreach (var inner in SecretsOf(member.Value))
            {
                yield return inner;
            }
        }
    }
}
