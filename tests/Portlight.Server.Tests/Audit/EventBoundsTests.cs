using System.Text.Json;
using Portlight.Server.Tests.Iam;

namespace Portlight.Server.Tests.Audit;

/// <summary>How much of a large request an event shows, and what of the caller's policies.</summary>
public sealed class EventBoundsTests
{
    [Fact]
    public async Task Of_more_than_500_rules_the_number_is_told()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        string Put(int count) => $$"""{"instanceName":"web-1","portInfos":[{{string.Join(',', Enumerable.Range(1, count).Select(port => $$"""{"fromPort":{{port}},"toPort":{{port}},"protocol":"tcp"}"""))}}]}""";

        await server.SendAsync("PutInstancePublicPorts", Put(500));
        await server.SendAsync("PutInstancePublicPorts", Put(501));

        var ports = (await server.LastEventAsync()).GetProperty("portlight");
        Assert.Equal(500, ports.GetProperty("portsBefore").GetArrayLength());
        Assert.Equal("""{"omitted":true,"rules":501}""", ports.GetProperty("portsAfter").GetRawText());
    }

    [Fact]
    public async Task Of_many_decisions_64_are_told_and_of_the_root_none()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var alice = await server.AddUserAsync("alice", [IamCalls.Allow("lightsail:*", condition: """{"NumericLessThan":{"portlight:FromPort":"9999"} }""")]);
        var put = $$"""{"instanceName":"web-1","portInfos":[{{string.Join(',', Enumerable.Range(1, 70).Select(port => $$"""{"fromPort":{{port}},"toPort":{{port}},"protocol":"tcp"}"""))}}]}""";

        Assert.True((await server.AskAsync(alice, "PutInstancePublicPorts", put)).IsOk);
        var told = (await server.LastEventAsync()).GetProperty("portlight");
        Assert.Equal((64, 6), (told.GetProperty("authorization").GetArrayLength(), told.GetProperty("authorizationsOmitted").GetInt32()));

        await server.SendAsync("PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[]}""");
        Assert.Equal("portsBefore,portsAfter", (await server.LastEventAsync()).GetProperty("portlight").Members());
    }

    [Fact]
    public async Task A_user_agent_and_a_message_end_after_1024_characters()
    {
        await using var server = await ServerHarness.StartAsync();
        var rules = string.Join(',', Enumerable.Range(1, 100).Select(_ => """{"fromPort":1,"toPort":1,"protocol":"gre"}"""));
        using var request = server.Request("Lightsail_20161128.PutInstancePublicPorts", System.Text.Encoding.UTF8.GetBytes($$"""{"instanceName":"web-1","portInfos":[{{rules}}]}"""));
        request.Headers.TryAddWithoutValidation("User-Agent", new string('x', 3_000));

        using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.True(JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Text("message").Length > 1_024);
        var recorded = await server.LastEventAsync();
        Assert.Equal((1_024, 1_024), (recorded.Text("userAgent").Length, recorded.Text("errorMessage").Length));
    }
}
