using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Testing.Tests;

/// <summary>Signs and sends as an SDK does, once: what an SDK does about an answer is left to the test of the package.</summary>
internal sealed class Caller(PortlightServer server) : IDisposable
{
    private readonly HttpClient _http = new();

    /// <summary>When calls are signed: the server's own time, as of an SDK that has set itself by it.</summary>
    public Func<DateTimeOffset> Now { get; init; } = server.Clock.GetUtcNow;

    /// <summary>The root's key unless it is set.</summary>
    public AwsCredentials Credentials { get; init; } = new(server.AccessKeyId, server.SecretAccessKey);

    public static string Create(string instance) =>
        $$"""{"instanceNames":["{{instance}}"],"availabilityZone":"us-east-1a","blueprintId":"debian_12","bundleId":"nano_3_0"}""";

    public static string Put(string instance, int port) =>
        $$"""{"instanceName":"{{instance}}","portInfos":[{"fromPort":{{port}},"toPort":{{port}},"protocol":"tcp"}]}""";

    /// <summary>A call of a JSON service that must succeed.</summary>
    public async Task<JsonNode> CallAsync(string operation, string body, params (string Name, string Value)[] headers)
    {
        var answer = await SendAsync(operation, body, headers);
        Assert.True(answer.Status == 200, $"{operation}: {answer.Text}");
        return JsonNode.Parse(answer.Text)!;
    }

    /// <summary>A call of any service: JSON for those that speak it, else a form.</summary>
    public async Task<Reply> SendAsync(string operation, string body, params (string Name, string Value)[] headers)
    {
        var form = body.Length > 0 && body[0] != '{';
        var bytes = Encoding.UTF8.GetBytes(body);
        using var message = new HttpRequestMessage(HttpMethod.Post, server.Endpoint) { Content = new ByteArrayContent(bytes) };
        message.Content.Headers.ContentType = new(form ? "application/x-www-form-urlencoded" : "application/x-amz-json-1.1");
        if (!form)
        {
            var prefix = operation == "LookupEvents" ? "CloudTrail_20131101." : operation.Contains('.', StringComparison.Ordinal) ? "" : "Lightsail_20161128.";
            message.Headers.TryAddWithoutValidation("X-Amz-Target", prefix + operation);
        }

        foreach (var (name, value) in headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        var service = !form ? operation == "LookupEvents" ? "cloudtrail" : "lightsail" : body.Contains("Version=2011", StringComparison.Ordinal) ? "sts" : "iam";
        RequestSigning.Sign(message, bytes, Credentials, server.Region, Now(), service);
        using var response = await _http.SendAsync(message, TestContext.Current.CancellationToken);
        return new Reply((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response.Headers.Date!.Value, response.Headers.RetryAfter?.Delta);
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>What came back.</summary>
internal sealed record Reply(int Status, string Text, DateTimeOffset Date, TimeSpan? RetryAfter)
{
    /// <summary>Its error, as an SDK names it.</summary>
    public string Code => Text.StartsWith('<')
        ? XDocument.Parse(Text).Descendants().Single(element => element.Name.LocalName == "Code").Value
        : JsonDocument.Parse(Text).RootElement.GetProperty("__type").GetString()!;
}
