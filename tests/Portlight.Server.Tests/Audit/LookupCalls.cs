using System.Text;
using System.Text.Json;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests.Audit;

/// <summary>LookupEvents as clients call it.</summary>
internal static class LookupCalls
{
    public const string Target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";

    public static async Task<JsonElement> LookupPageAsync(this ServerHarness server, string body, AwsCredentials? who = null, string? region = null)
    {
        using var answer = await server.Http.SendAsync(server.Request(Target, Encoding.UTF8.GetBytes(body), who, region, "cloudtrail"), TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>Every page, as a client's paginator asks for them.</summary>
    public static async Task<List<JsonElement>> LookupAsync(this ServerHarness server, string body = "{}", AwsCredentials? who = null, string? region = null)
    {
        var found = new List<JsonElement>();
        var next = body;
        while (true)
        {
            var page = await server.LookupPageAsync(next, who, region);
            found.AddRange(page.GetProperty("Events").EnumerateArray());
            if (!page.Has("NextToken"))
            {
                return found;
            }

            next = $$"""{"NextToken":"{{page.Text("NextToken")}}"{{(body.Length > 2 ? "," : "")}}{{body[1..]}}""";
        }
    }
}
