using System.Security.Cryptography;
using Portlight.Server.Tests.Access;
using Portlight.Server.Tests.Iam;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests.Sts;

/// <summary>What a caller of AssumeRole gives its session: policies, tags, a source identity; and how a session ends early.</summary>
public sealed class SessionTermsTests
{
    private const string Deploy = "arn:aws:iam::111122223333:role/ci/deploy";
    private const string All = "\"sts:AssumeRole\",\"sts:TagSession\",\"sts:SetSourceIdentity\"";
    private static readonly (string, string) Arn = ("RoleArn", Deploy);
    private static readonly (string, string) Name = ("RoleSessionName", "build-7");

    [Fact]
    public async Task A_session_policy_narrows_and_never_widens()
    {
        await using var server = await StartAsync(IamCalls.Allow("lightsail:Get*"));
        var alice = await server.KeyOfAsync("alice");

        var result = await server.StsAsync(alice, "AssumeRole", Arn, Name, ("Policy", IamCalls.Allow("lightsail:GetRegions")));

        Assert.InRange(int.Parse(result.Text("PackedPolicySize"), System.Globalization.CultureInfo.InvariantCulture), 1, 100);
        Assert.Null(await RefusalAsync(server, result.Credentials(), "GetRegions"));
        Assert.EndsWith("because no session policy allows the lightsail:GetBundles action", await RefusalAsync(server, result.Credentials(), "GetBundles"), StringComparison.Ordinal);
        var wide = (await server.StsAsync(alice, "AssumeRole", Arn, Name, ("Policy", IamCalls.AllowAll))).Credentials();
        Assert.EndsWith("because no identity-based policy allows the lightsail:DownloadDefaultKeyPair action", await RefusalAsync(server, wide, "DownloadDefaultKeyPair"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Managed_session_policies_count_as_they_are_now()
    {
        await using var server = await StartAsync(IamCalls.AllowAll);
        var alice = await server.KeyOfAsync("alice");
        var policy = await server.PolicyAsync("regions", IamCalls.Allow("lightsail:GetRegions"));
        var session = (await server.StsAsync(alice, "AssumeRole", Arn, Name, ("PolicyArns.member.1.arn", policy))).Credentials();
        Assert.Null(await RefusalAsync(server, session, "GetRegions"));
        Assert.NotNull(await RefusalAsync(server, session, "GetBundles"));

        await server.IamAsync("CreatePolicyVersion", ("PolicyArn", policy), ("PolicyDocument", IamCalls.Allow("lightsail:GetBundles")), ("SetAsDefault", "true"));

        Assert.NotNull(await RefusalAsync(server, session, "GetRegions"));
        Assert.Null(await RefusalAsync(server, session, "GetBundles"));
        Assert.Equal("ValidationError", (await server.StsRefusedAsync(alice, "AssumeRole", Arn, Name, ("PolicyArns.member.1.arn", policy + "-that-is-not-there"))).Code);
    }

    [Fact]
    public async Task A_policy_that_cannot_be_evaluated_is_refused_with_the_reason()
    {
        await using var server = await StartAsync(IamCalls.AllowAll);
        var alice = await server.KeyOfAsync("alice");

        var (status, code, message) = await server.StsRefusedAsync(alice, "AssumeRole", Arn, Name, ("Policy", """{"Version":"2012-10-17","Statement":[{"Effect":"Perhaps","Action":"*","Resource":"*"}]}"""));

        Assert.Equal((400, "MalformedPolicyDocument"), (status, code));
        Assert.Contains("Statement[0].Effect", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terms_that_do_not_fit_into_a_token_are_refused()
    {
        await using var server = await StartAsync(IamCalls.AllowAll);
        var alice = await server.KeyOfAsync("alice");
        var tags = Enumerable.Range(1, 50).SelectMany(i => new[] { ($"Tags.member.{i}.Key", $"key-{i}"), ($"Tags.member.{i}.Value", RandomNumberGenerator.GetHexString(256)) }).ToArray();

        var (status, code, message) = await server.StsRefusedAsync(alice, "AssumeRole", [Arn, Name, .. tags]);

        Assert.Equal((400, "PackedPolicyTooLarge"), (status, code));
        Assert.Matches("^Packed size of session tags consumes 1[0-9]{2}% of allotted space.$", message);
    }

    [Fact]
    public async Task Tags_need_TagSession_on_both_sides_and_are_the_principals()
    {
        const string ByTag = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:GetRegions","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"web"}}}]}""";
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice");
        var role = await server.AddRoleAsync("deploy", Trust("\"sts:AssumeRole\""), with: made => made with { InlinePolicies = made.InlinePolicies.Add("own", ByTag), Tags = made.Tags.Add("team", "db") });
        (string, string)[] tagged = [Arn, Name, ("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "web")];

        var refused = await server.StsRefusedAsync(alice, "AssumeRole", tagged);
        Assert.Equal((403, "AccessDenied", $"User: arn:aws:iam::111122223333:user/alice is not authorized to perform: sts:TagSession on resource: {Deploy}"), refused);
        await server.ChangeAsync(changes => changes.Save(server.Bound(role with { TrustPolicy = Trust(All) })));
        Assert.Null(await RefusalAsync(server, (await server.StsAsync(alice, "AssumeRole", tagged)).Credentials(), "GetRegions"));
        Assert.NotNull(await RefusalAsync(server, (await server.StsAsync(alice, "AssumeRole", Arn, Name)).Credentials(), "GetRegions"));
    }

    [Fact]
    public async Task Transitive_tags_and_the_source_identity_go_from_session_to_session_and_cannot_be_changed()
    {
        await using var server = await StartAsync("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:GetRegions","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"web","aws:SourceIdentity":"alice"},"Null":{"aws:PrincipalTag/ticket":"true"}}}]}""");
        var alice = await server.KeyOfAsync("alice");
        var first = await server.StsAsync(
            alice, "AssumeRole", Arn, Name, ("SourceIdentity", "alice"), ("TransitiveTagKeys.member.1", "team"),
            ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "web"), ("Tags.member.2.Key", "ticket"), ("Tags.member.2.Value", "9"));
        Assert.Equal("alice", first.Text("SourceIdentity"));
        Assert.NotNull(await RefusalAsync(server, first.Credentials(), "GetRegions"));

        var second = await server.StsAsync(first.Credentials(), "AssumeRole", Arn, Name);

        Assert.Equal("alice", second.Text("SourceIdentity"));
        Assert.Null(await RefusalAsync(server, second.Credentials(), "GetRegions"));
        Assert.Equal("InvalidParameterValue", (await server.StsRefusedAsync(second.Credentials(), "AssumeRole", Arn, Name, ("Tags.member.1.Key", "TEAM"), ("Tags.member.1.Value", "db"))).Code);
        Assert.Equal("AccessDenied", (await server.StsRefusedAsync(second.Credentials(), "AssumeRole", Arn, Name, ("SourceIdentity", "bob"))).Code);
        Assert.Equal("InvalidParameterValue", (await server.StsRefusedAsync(alice, "AssumeRole", Arn, Name, ("TransitiveTagKeys.member.1", "team"))).Code);
    }

    [Fact]
    public async Task What_the_role_may_changes_with_its_policy_and_older_sessions_can_be_ended_by_one()
    {
        await using var server = await StartAsync(IamCalls.Allow("lightsail:GetRegions"));
        var alice = await server.KeyOfAsync("alice");
        var old = (await server.StsAsync(alice, "AssumeRole", Arn, Name)).Credentials();
        Assert.Null(await RefusalAsync(server, old, "GetRegions"));
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        var now = (await server.StsAsync(alice, "AssumeRole", Arn, Name)).Credentials();

        await server.IamAsync(
            "PutRolePolicy", ("RoleName", "deploy"), ("PolicyName", "revoke-older"),
            ("PolicyDocument", """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-11-22T12:00:30Z"}}}]}"""));

        Assert.EndsWith("with an explicit deny in an identity-based policy", await RefusalAsync(server, old, "GetRegions"), StringComparison.Ordinal);
        Assert.Null(await RefusalAsync(server, now, "GetRegions"));
        await server.IamAsync("DeleteRolePolicy", ("RoleName", "deploy"), ("PolicyName", "own"));
        Assert.NotNull(await RefusalAsync(server, now, "GetRegions"));
    }

    private static string Trust(string actions) =>
        $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:user/alice","{{Deploy}}"]},"Action":[{{actions}}]}]}""";

    /// <summary>A server with a role that alice, and the role itself, may assume with everything.</summary>
    private static async Task<ServerHarness> StartAsync(string policy)
    {
        var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateUser", ("UserName", "alice"));
        await server.AddRoleAsync("deploy", Trust(All), with: role => role with { InlinePolicies = role.InlinePolicies.Add("own", policy) });
        return server;
    }

    /// <summary>Why an operation of Lightsail without parameters is refused; null when it is not.</summary>
    private static async Task<string?> RefusalAsync(ServerHarness server, AwsCredentials caller, string operation)
    {
        using var request = server.Request("Lightsail_20161128." + operation, "{}"u8.ToArray(), caller);
        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return response.IsSuccessStatusCode ? null : Wire.AwsErrorBody.Read(body, null).Message;
    }
}
