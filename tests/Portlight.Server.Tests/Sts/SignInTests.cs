using System.Text.Json;
using Portlight.Server.Tests.Audit;
using Portlight.Server.Tests.Iam;
using Portlight.Wire.Client;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;
using Json = Portlight.Wire.PortlightApi.PortlightJson;

namespace Portlight.Server.Tests.Sts;

/// <summary>The session of a console: what it is good for, and that it is no way past a policy.</summary>
public sealed class SignInTests
{
    [Fact]
    public async Task It_is_the_caller_and_IAM_takes_it()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice", IamCalls.AllowAll);

        var answer = await SignInAsync(server, alice);

        Assert.Equal(("arn:aws:iam::111122223333:user/alice", "111122223333"), (answer.Arn, answer.AccountId));
        Assert.Equal(answer.Arn, await server.WhoAsync(Of(answer)));
        await server.IamAsync(Of(answer), "ListUsers");
    }

    [Theory]
    [InlineData(true, null, 3600)]
    [InlineData(true, 43_200, 3600)]
    [InlineData(true, 900, 900)]
    [InlineData(false, null, 43_200)]
    [InlineData(false, 900, 900)]
    public async Task It_lasts_twelve_hours_of_a_user_and_one_of_a_root_at_most(bool isRoot, int? asked, int lasts)
    {
        await using var server = await ServerHarness.StartAsync();
        var caller = isRoot ? server.Credentials : await server.UserAsync("alice", IamCalls.AllowAll);

        var session = Of(await SignInAsync(server, caller, asked));

        server.Clock.Advance(TimeSpan.FromSeconds(lasts - 1));
        await server.WhoAsync(session);
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("ExpiredToken", (await server.StsRefusedAsync(session, "GetCallerIdentity")).Code);
    }

    [Theory]
    [InlineData(899)]
    [InlineData(43_201)]
    [InlineData(-1)]
    public async Task A_duration_that_is_none_is_refused(int seconds)
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.Equal("InvalidInputException", (await Assert.ThrowsAsync<AwsErrorException>(() => SignInAsync(server, server.Credentials, seconds))).Type);
    }

    [Fact]
    public async Task A_policy_has_to_allow_it_and_what_policies_forbid_the_caller_they_forbid_the_session()
    {
        await using var server = await ServerHarness.StartAsync();
        var bob = await server.UserAsync("bob", IamCalls.Allow("lightsail:*"));
        var carol = await server.UserAsync("carol", IamCalls.Allow("portlight:SignIn"));

        Assert.Equal("AccessDeniedException", (await Assert.ThrowsAsync<AwsErrorException>(() => SignInAsync(server, bob))).Type);
        var session = Of(await SignInAsync(server, carol));
        Assert.Equal("AccessDenied", (await server.IamRefusedAsync(session, "ListUsers")).Code);
    }

    [Theory]
    [InlineData("""{"Bool":{"aws:MultiFactorAuthPresent":"false"}}""")]
    [InlineData("""{"DateLessThan":{"aws:TokenIssueTime":"2026-11-22T12:00:01Z"}}""")]
    [InlineData("""{"Null":{"aws:TokenIssueTime":"false"}}""")]
    public async Task Conditions_about_sessions_see_one(string condition)
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice", $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{{condition}}}]}""");

        await server.IamAsync(alice, "ListUsers");
        Assert.Equal("AccessDenied", (await server.IamRefusedAsync(Of(await SignInAsync(server, alice)), "ListUsers")).Code);
    }

    [Fact]
    public async Task No_session_makes_another_one()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice", IamCalls.AllowAll);
        var own = Of(await SignInAsync(server, alice));
        var plain = (await server.StsAsync(alice, "GetSessionToken")).Credentials();

        foreach (var session in new[] { own, plain })
        {
            Assert.Equal("AccessDeniedException", (await Assert.ThrowsAsync<AwsErrorException>(() => SignInAsync(server, session))).Type);
            Assert.Equal("AccessDenied", (await server.StsRefusedAsync(session, "GetSessionToken")).Code);
        }

        // The other one stays what it is.
        Assert.Equal("InvalidClientTokenId", (await server.IamRefusedAsync(plain, "ListUsers")).Code);
    }

    [Fact]
    public async Task It_ends_with_the_key_that_made_it_and_with_the_user()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice", IamCalls.AllowAll);
        var session = Of(await SignInAsync(server, alice));

        await server.IamAsync(session, "UpdateAccessKey", ("UserName", "alice"), ("AccessKeyId", alice.AccessKeyId), ("Status", "Inactive"));
        Assert.Equal("InvalidClientTokenId", (await server.StsRefusedAsync(session, "GetCallerIdentity")).Code);
        await server.IamAsync(server.Credentials, "UpdateAccessKey", ("UserName", "alice"), ("AccessKeyId", alice.AccessKeyId), ("Status", "Active"));
        await server.WhoAsync(session);
        await server.IamAsync(server.Credentials, "DeleteAccessKey", ("UserName", "alice"), ("AccessKeyId", alice.AccessKeyId));

        Assert.Equal("InvalidClientTokenId", (await server.StsRefusedAsync(session, "GetCallerIdentity")).Code);
        Assert.Equal("InvalidClientTokenId", (await server.IamRefusedAsync(session, "ListUsers")).Code);
    }

    [Fact]
    public async Task The_audit_log_knows_the_session_and_not_its_secret_and_marks_what_it_does()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice", IamCalls.AllowAll);
        var answer = await SignInAsync(server, alice);

        await server.IamAsync(Of(answer), "CreateUser", ("UserName", "dave"));

        var events = await server.EventsAsync();
        var began = events.Single(one => Name(one) == "SignIn");
        Assert.Equal(answer.Credentials.AccessKeyId, began.GetProperty("responseElements").GetProperty("credentials").GetProperty("accessKeyId").GetString());
        Assert.DoesNotContain(answer.Credentials.SecretAccessKey, began.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(answer.Credentials.SessionToken, began.GetRawText(), StringComparison.Ordinal);
        Assert.False(began.TryGetProperty("sessionCredentialFromConsole", out _));
        Assert.Equal("true", events.Single(one => Name(one) == "CreateUser" && one.GetRawText().Contains("\"dave\"", StringComparison.Ordinal)).GetProperty("sessionCredentialFromConsole").GetString());

        static string? Name(JsonElement one) => one.GetProperty("eventName").GetString();
    }

    private static Task<SignInResponse> SignInAsync(ServerHarness server, AwsCredentials caller, int? seconds = null) => server.Client(caller).SendAsync(
        "Portlight_20261122.SignIn", new SignInRequest { DurationSeconds = seconds }, Json.Default.SignInRequest, Json.Default.SignInResponse, TestContext.Current.CancellationToken);

    private static AwsCredentials Of(SignInResponse answer) => new(answer.Credentials.AccessKeyId, answer.Credentials.SecretAccessKey, answer.Credentials.SessionToken);
}
