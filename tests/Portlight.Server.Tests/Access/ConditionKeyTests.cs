using System.Text.RegularExpressions;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Server.Tests.Iam;

namespace Portlight.Server.Tests.Access;

/// <summary>What docs/access-control.md says that conditions can ask is there to be asked; and what callers may not learn.</summary>
public sealed partial class ConditionKeyTests
{
    public static TheoryData<string> Keys
    {
        get
        {
            var guide = File.ReadAllText(PolicyFiles.Guide);
            var from = guide.IndexOf("## Condition keys", StringComparison.Ordinal);
            return [.. Key().Matches(guide[from..guide.IndexOf("A key-only tag", from, StringComparison.Ordinal)]).Select(match => match.Value).Distinct()];
        }
    }

    [Fact]
    public void The_guide_names_them() => Assert.Equal(21, Keys.Count);

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Every_key_of_the_guide_has_a_value(string key)
    {
        var named = key.EndsWith('/') ? key + "team" : key;
        var isAbsent = $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Null":{"{{named}}":"true"} } }]}""";
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        await server.TagAsync("web-1", "team", "web");
        var user = await server.AddUserAsync("alice", [isAbsent], alice => alice with { Tags = alice.Tags.Add("team", "web") });
        var id = server.Server.Store.View.FindUser(server.Scope.AccountId, "alice")!.Id;
        var session = server.SessionOf(SessionKind.Caller, "alice", id, user.AccessKeyId, SessionTerms.None with { SourceIdentity = "alice" });
        using var request = server.Request("Lightsail_20161128.TagResource", """{"resourceName":"web-1","tags":[{"key":"team","value":"web"}]}"""u8.ToArray(), key is "aws:MultiFactorAuthPresent" or "aws:SourceIdentity" or "aws:TokenIssueTime" ? session : user);
        request.Headers.TryAddWithoutValidation("User-Agent", "curl/8.0");

        using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("CreateInstances", """{"instanceNames":["NAME"],"availabilityZone":"us-east-1a","blueprintId":"ubuntu_22_04","bundleId":"nano_3_0"}""")]
    [InlineData("AllocateStaticIp", """{"staticIpName":"NAME"}""")]
    [InlineData("CreateKeyPair", """{"keyPairName":"NAME"}""")]
    [InlineData("ImportKeyPair", $$"""{"keyPairName":"NAME","publicKeyBase64":"{{Operations.KeyPairTests.PublicKey}}"}""")]
    [InlineData("AttachInstance", """{"instanceName":"NAME","thisHost":true}""", "Portlight_20261122.")]
    public async Task Only_a_caller_that_may_create_learns_that_a_name_is_taken(string operation, string body, string target = "Lightsail_20161128.")
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        await server.SendAsync("AllocateStaticIp", """{"staticIpName":"ip-1"}""");
        var nobody = await server.AddUserAsync("nobody", []);

        foreach (var taken in new[] { "web-1", "ip-1" })
        {
            var refused = await server.AskAsync(nobody, operation, body.Replace("NAME", taken, StringComparison.Ordinal), target);
            Assert.Equal("AccessDeniedException", refused.Type);
            Assert.DoesNotContain("in use", refused.Message, StringComparison.Ordinal);
            Assert.StartsWith("Some names are already in use: " + taken, (await server.AskAsync(server.Credentials, operation, body.Replace("NAME", taken, StringComparison.Ordinal), target)).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ReleaseStaticIp", "staticIpName", "lightsail:GetStaticIp")]
    [InlineData("DetachStaticIp", "staticIpName", "lightsail:GetStaticIp")]
    [InlineData("DeleteKeyPair", "keyPairName", "lightsail:GetKeyPair")]
    public async Task A_caller_that_may_not_look_cannot_tell_a_forbidden_thing_from_a_missing_one(string operation, string member, string look)
    {
        await using var server = await ServerHarness.StartAsync();
        var blind = await server.AddUserAsync("blind", []);
        var looking = await server.AddUserAsync("looking", [IamCalls.Allow(look)]);
        var body = $$"""{"{{member}}":"thing-1"}""";
        var missing = await server.AskAsync(blind, operation, body);
        var forbidden = await server.AskAsync(looking, operation, body);
        await (member == "keyPairName"
            ? server.SendAsync("ImportKeyPair", $$"""{"keyPairName":"thing-1","publicKeyBase64":"{{Operations.KeyPairTests.PublicKey}}"}""")
            : server.SendAsync("AllocateStaticIp", """{"staticIpName":"thing-1"}"""));

        Assert.Equal(missing, await server.AskAsync(blind, operation, body));
        Assert.NotEqual(forbidden, await server.AskAsync(looking, operation, body));
    }

    [GeneratedRegex("(?<=`)aws:[A-Za-z]+/?")]
    private static partial Regex Key();
}
