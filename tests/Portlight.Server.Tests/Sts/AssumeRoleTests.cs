using Portlight.Domain;
using Portlight.Server.Tests.Access;
using Portlight.Server.Tests.Audit;
using Portlight.Server.Tests.Iam;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests.Sts;

/// <summary>Who may assume a role.</summary>
public sealed class AssumeRoleTests
{
    private const string Deploy = "arn:aws:iam::111122223333:role/ci/deploy";
    private const string Alice = "arn:aws:iam::111122223333:user/alice";
    private static readonly (string, string) Arn = ("RoleArn", Deploy);
    private static readonly (string, string) Name = ("RoleSessionName", "build-7");

    [Fact]
    public async Task A_caller_that_the_role_trusts_by_name_needs_no_policy_of_its_own()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice");
        var role = await server.AddRoleAsync("deploy", Trust(Alice));

        var result = await server.StsAsync(alice, "AssumeRole", Arn, Name);

        Assert.Equal("AssumedRoleUser,Credentials", result.Members());
        Assert.Equal($"{role.Id}:build-7", result.Text("AssumedRoleUser", "AssumedRoleId"));
        Assert.Equal("arn:aws:sts::111122223333:assumed-role/deploy/build-7", result.Text("AssumedRoleUser", "Arn"));
        Assert.Equal("2026-11-22T13:00:00Z", result.Text("Credentials", "Expiration"));
        Assert.Matches("^ASIA[A-Z2-7]{16}$", result.Credentials().AccessKeyId);
        Assert.Equal("arn:aws:sts::111122223333:assumed-role/deploy/build-7", await server.WhoAsync(result.Credentials()));
    }

    [Fact]
    public async Task A_caller_that_is_let_in_through_its_account_needs_to_be_allowed_itself()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice");
        var bob = await server.UserAsync("bob", IamCalls.Allow("sts:AssumeRole", Deploy));
        await server.AddRoleAsync("deploy", Trust("arn:aws:iam::111122223333:root"));

        Assert.Equal(NotAuthorized("alice"), await server.StsRefusedAsync(alice, "AssumeRole", Arn, Name));
        await server.StsAsync(bob, "AssumeRole", Arn, Name);
    }

    [Fact]
    public async Task An_explicit_deny_counts_on_either_side()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice", """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sts:*","Resource":"*"}]}""");
        var bob = await server.UserAsync("bob", IamCalls.AllowAll);
        await server.AddRoleAsync("deploy", $$"""{"Version":"2012-10-17","Statement":[{{Statement("Allow", "arn:aws:iam::111122223333:root")}},{{Statement("Deny", "arn:aws:iam::111122223333:user/bob")}}]}""");
        await server.AddRoleAsync("named", Trust(Alice), "AROAAAAAAAAAAAAAAAAA2");

        var (status, code, message) = await server.StsRefusedAsync(alice, "AssumeRole", ("RoleArn", "arn:aws:iam::111122223333:role/ci/named"), Name);
        Assert.Equal((403, "AccessDenied"), (status, code));
        Assert.EndsWith("role/ci/named with an explicit deny in an identity-based policy", message, StringComparison.Ordinal);
        Assert.Equal(NotAuthorized("bob"), await server.StsRefusedAsync(bob, "AssumeRole", Arn, Name));
    }

    [Fact]
    public async Task Nobody_learns_from_a_refusal_whether_there_is_a_role()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice", IamCalls.AllowAll);
        await server.AddRoleAsync("deploy", Trust("arn:aws:iam::111122223333:user/bob"));

        var untrusted = await server.StsRefusedAsync(alice, "AssumeRole", Arn, Name);
        Assert.Equal(NotAuthorized("alice"), untrusted);
        foreach (var none in new[] { "arn:aws:iam::111122223333:role/ci/nobody", "arn:aws:iam::111122223333:role/deploy", "arn:aws:iam::999999999999:role/ci/deploy" })
        {
            var refused = await server.StsRefusedAsync(alice, "AssumeRole", ("RoleArn", none), Name);
            Assert.Equal(untrusted with { Message = untrusted.Message.Replace(Deploy, none, StringComparison.Ordinal) }, refused);
        }
    }

    [Fact]
    public async Task Nobody_reads_tags_of_a_role_that_does_not_trust_it()
    {
        await using var server = await ServerHarness.StartAsync();
        var (other, key) = await OtherAccountAsync(server);
        await server.AddRoleAsync("deploy", Trust(Alice), with: role => role with { Tags = role.Tags.Add("db-host", "10.7.3.9") });
        var missing = Deploy.Replace("deploy", "missing", StringComparison.Ordinal);
        foreach (var condition in new[]
        {
            """{"StringLike":{"aws:ResourceTag/db-host":"10.7*"}}""",
            """{"StringLike":{"aws:ResourceTag/db-host":"10.8*"}}""",
            """{"Null":{"aws:ResourceTag/db-host":"false"}}""",
            """{"StringEquals":{"aws:ResourceAccount":"111122223333"}}""",
            """{"StringNotEquals":{"aws:ResourceAccount":"111122223333"}}""",
        })
        {
            var policy = $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"sts:AssumeRole","Resource":"*","Condition":{{condition}}}]}""";
            await server.ChangeAsync(changes => changes.Save(Carol(other, policy)));

            var there = await server.StsRefusedAsync(key, "AssumeRole", Arn, Name);
            var notThere = await server.StsRefusedAsync(key, "AssumeRole", ("RoleArn", missing), Name);

            Assert.Equal($"User: arn:aws:iam::{other}:user/ops/carol is not authorized to perform: sts:AssumeRole on resource: {Deploy}", there.Message);
            Assert.Equal(there, notThere with { Message = notThere.Message.Replace(missing, Deploy, StringComparison.Ordinal) });
            var decisions = (await server.AuditLinesAsync()).Where(line => line.Contains("\"AssumeRole\"", StringComparison.Ordinal)).TakeLast(2).Select(Decision).ToList();
            Assert.Equal(decisions[0], decisions[1].Replace(missing, Deploy, StringComparison.Ordinal)); // its own log tells it no more
        }
    }

    [Fact]
    public async Task Across_accounts_both_sides_have_to_allow_it()
    {
        await using var server = await ServerHarness.StartAsync();
        var (other, key) = await OtherAccountAsync(server);
        await server.ChangeAsync(changes => changes.Save(Carol(other, policy: null)));
        await server.AddRoleAsync("deploy", Trust($"arn:aws:iam::{other}:user/ops/carol"));

        Assert.Equal((403, "AccessDenied"), await CodeAsync(server, key, Arn, Name));
        await server.ChangeAsync(changes => changes.Save(Carol(other, IamCalls.Allow("sts:AssumeRole", Deploy))));
        Assert.Equal("arn:aws:sts::111122223333:assumed-role/deploy/build-7", await server.WhoAsync((await server.StsAsync(key, "AssumeRole", Arn, Name)).Credentials()));

        // As AWS does: one event for each account, and the role's owner sees which account it was and not whose policies.
        var events = (await server.EventsAsync()).Where(one => one.GetProperty("eventName").GetString() == "AssumeRole" && !one.TryGetProperty("errorCode", out _)).ToList();
        Assert.Equal(["111122223333", other], events.Select(one => one.GetProperty("recipientAccountId").GetString()));
        Assert.Equal(events[0].GetProperty("sharedEventID").GetString(), events[1].GetProperty("sharedEventID").GetString());
        Assert.Equal($$"""{"type":"AWSAccount","principalId":"AIDAAAAAAAAAAAAAAAAA3","accountId":"{{other}}"}""", events[0].GetProperty("userIdentity").GetRawText());
        Assert.Equal(events[0].GetProperty("requestParameters").GetRawText(), events[1].GetProperty("requestParameters").GetRawText());
        Assert.Equal((false, true), (events[0].TryGetProperty("portlight", out _), events[1].TryGetProperty("portlight", out _)));
        Assert.Contains(await server.LookupAsync(), one => one.GetProperty("EventId").GetString() == events[0].GetProperty("eventID").GetString());
    }

    [Fact]
    public async Task The_root_may_not_assume_roles()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddRoleAsync("deploy", Trust("arn:aws:iam::111122223333:root"));

        Assert.Equal((403, "AccessDenied", "Roles may not be assumed by root accounts."), await server.StsRefusedAsync(server.Credentials, "AssumeRole", Arn, Name));
    }

    [Fact]
    public async Task Conditions_of_the_trust_policy_see_the_request()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice");
        await server.AddRoleAsync("deploy", Trust(Alice, """{"StringEquals":{"sts:ExternalId":"ticket-9","sts:RoleSessionName":"${aws:username}"},"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}}"""));

        Assert.Equal((403, "AccessDenied"), await CodeAsync(server, alice, Arn, ("RoleSessionName", "alice")));
        Assert.Equal((403, "AccessDenied"), await CodeAsync(server, alice, Arn, ("RoleSessionName", "bob"), ("ExternalId", "ticket-9")));
        await server.StsAsync(alice, "AssumeRole", Arn, ("RoleSessionName", "alice"), ("ExternalId", "ticket-9"));
    }

    [Fact]
    public async Task A_role_that_a_trust_policy_names_is_bound_by_its_boundary_and_a_user_is_not()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice");
        var boundary = await server.PolicyAsync("lightsail-only", IamCalls.Allow("lightsail:*"));
        var build = await server.AddRoleAsync("build", Trust(Alice), "AROAAAAAAAAAAAAAAAAA2", role => role with { BoundaryArn = boundary });
        await server.AddRoleAsync("deploy", Trust(Alice, also: build.Arn));
        await server.IamAsync("PutUserPermissionsBoundary", ("UserName", "alice"), ("PermissionsBoundary", boundary));

        await server.StsAsync(alice, "AssumeRole", Arn, Name);
        var asBuild = (await server.StsAsync(alice, "AssumeRole", ("RoleArn", build.Arn), Name)).Credentials();
        Assert.Equal((403, "AccessDenied"), await CodeAsync(server, asBuild, Arn, Name));
        await server.ChangeAsync(changes => changes.Save(build with { BoundaryArn = null }));
        await server.StsAsync(asBuild, "AssumeRole", Arn, Name);
    }

    [Theory]
    [InlineData("900", "2026-11-22T12:15:00Z")]
    [InlineData("7200", "2026-11-22T14:00:00Z")]
    public async Task A_session_lasts_as_long_as_asked_within_what_the_role_allows(string seconds, string expiration)
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice");
        await server.AddRoleAsync("deploy", Trust(Alice), with: role => role with { MaxSessionDuration = TimeSpan.FromHours(2) });

        Assert.Equal(expiration, (await server.StsAsync(alice, "AssumeRole", Arn, Name, ("DurationSeconds", seconds))).Text("Credentials", "Expiration"));
    }

    [Fact]
    public async Task A_session_that_would_last_too_long_is_refused_in_the_services_words()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice");
        var role = await server.AddRoleAsync("deploy", Trust(Alice, also: Deploy));

        Assert.Equal(
            (400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."),
            await server.StsRefusedAsync(alice, "AssumeRole", Arn, Name, ("DurationSeconds", "3601")));
        await server.ChangeAsync(changes => changes.Save(role with { MaxSessionDuration = TimeSpan.FromHours(12) }));
        var chained = (await server.StsAsync(alice, "AssumeRole", Arn, Name, ("DurationSeconds", "43200"))).Credentials();
        Assert.Equal(
            (400, "ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."),
            await server.StsRefusedAsync(chained, "AssumeRole", Arn, Name, ("DurationSeconds", "3601")));
        await server.StsAsync(chained, "AssumeRole", Arn, Name, ("DurationSeconds", "3600"));
    }

    [Fact]
    public async Task Everything_that_is_not_well_formed_is_named_at_once()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice");

        var (status, code, message) = await server.StsRefusedAsync(alice, "AssumeRole", ("RoleSessionName", "a b"), ("DurationSeconds", "5"), ("ExternalId", "x"));

        Assert.Equal((400, "ValidationError"), (status, code));
        Assert.StartsWith("4 validation errors detected: ", message, StringComparison.Ordinal);
        foreach (var field in new[] { "'roleArn'", "'roleSessionName'", "'durationSeconds'", "'externalId'" })
        {
            Assert.Contains(field, message, StringComparison.Ordinal);
        }

        Assert.Equal((400, "ValidationError", "arn:aws:iam::1:user/x-is-no-role is invalid"), await server.StsRefusedAsync(alice, "AssumeRole", ("RoleArn", "arn:aws:iam::1:user/x-is-no-role"), Name));
        Assert.Equal((403, "AccessDenied"), await CodeAsync(server, alice, Arn, Name, ("SerialNumber", "arn:aws:iam::111122223333:mfa/x"), ("TokenCode", "123456")));
    }

    [Fact]
    public async Task The_audit_log_knows_whom_a_session_was_made_for_and_none_of_its_secrets()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice");
        await server.AddRoleAsync("deploy", Trust(Alice));

        var made = (await server.StsAsync(alice, "AssumeRole", Arn, Name)).Credentials();
        await server.WhoAsync(made);

        var log = string.Join('\n', await server.AuditLinesAsync());
        Assert.Contains($"\"responseElements\":{{\"credentials\":{{\"accessKeyId\":\"{made.AccessKeyId}\",\"expiration\":\"2026-11-22T13:00:00Z\"}},\"assumedRoleUser\"", log, StringComparison.Ordinal);
        Assert.DoesNotContain(made.SecretAccessKey, log, StringComparison.Ordinal);
        Assert.DoesNotContain(made.SessionToken![..40], log, StringComparison.Ordinal);
    }

    private static string Trust(string principal, string condition = "{}", string? also = null, string actions = "\"sts:AssumeRole\"") =>
        $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["{{principal}}"{{(also is null ? "" : $",\"{also}\"")}}]},"Action":[{{actions}}],"Condition":{{condition}}}]}""";

    /// <summary>What an event says of what was decided.</summary>
    private static string Decision(string line)
    {
        using var json = System.Text.Json.JsonDocument.Parse(line);
        return json.RootElement.GetProperty("portlight").ToString();
    }

    private static string Statement(string effect, string principal) => $$"""{"Effect":"{{effect}}","Principal":{"AWS":"{{principal}}"},"Action":"sts:AssumeRole"}""";

    private static (int, string, string) NotAuthorized(string user) => (403, "AccessDenied", $"User: arn:aws:iam::111122223333:user/{user} is not authorized to perform: sts:AssumeRole on resource: {Deploy}");

    private static async Task<(int Status, string Code)> CodeAsync(ServerHarness server, AwsCredentials caller, params (string, string)[] parameters)
    {
        var (status, code, _) = await server.StsRefusedAsync(caller, "AssumeRole", parameters);
        return (status, code);
    }

    private static User Carol(string account, string? policy) => new()
    {
        AccountId = account,
        Name = "carol",
        Path = "/ops/",
        Id = "AIDAAAAAAAAAAAAAAAAA3",
        CreatedAt = DateTimeOffset.UnixEpoch,
        InlinePolicies = policy is null ? IdentityDefaults.Policies : IdentityDefaults.Policies.Add("own", policy),
    };

    /// <summary>Another account, and a key of carol there.</summary>
    private static async Task<(string Account, AwsCredentials Key)> OtherAccountAsync(ServerHarness server)
    {
        var json = PortlightJson.Default;
        var made = await server.Client().SendAsync("Portlight_20261122.CreateAccount", new(), json.CreateAccountRequest, json.CreateAccountResponse, TestContext.Current.CancellationToken);
        await server.Server.Setup.RunOnceAsync();
        var key = new AccessKey("AKIAAAAAAAAAAAAAAAA3", made.Account.AccountId, "carol", server.Server.Secrets.Seal(System.Text.Encoding.UTF8.GetBytes(IdentityRows.Secret)), IsActive: true, DateTimeOffset.UnixEpoch) { UserId = Carol(made.Account.AccountId, policy: null).Id };
        await server.ChangeAsync(changes => changes.Save(key));
        return (made.Account.AccountId, new AwsCredentials(key.Id, IdentityRows.Secret));
    }
}
