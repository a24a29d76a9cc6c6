using Portlight.TestKit;
using Portlight.Wire.SigV4;
using static Portlight.Server.Tests.Iam.IamCalls;

namespace Portlight.Server.Tests.Iam;

/// <summary>Access keys of users and of the root.</summary>
public sealed class AccessKeyTests
{
    [Fact]
    public async Task A_user_has_two_keys_at_most_and_each_secret_is_shown_once()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateUser", ("UserName", "alice"));
        var first = (await server.IamAsync("CreateAccessKey", ("UserName", "alice")))["AccessKey"];
        Assert.Equal("UserName,AccessKeyId,Status,SecretAccessKey,CreateDate", first.Members);
        Assert.Matches("^AKIA[A-Z2-7]{16}$", first.Text("AccessKeyId"));
        Assert.Matches("^[A-Za-z0-9+/]{40}$", first.Text("SecretAccessKey"));
        var second = (await server.IamAsync("CreateAccessKey", ("UserName", "alice")))["AccessKey"];
        Assert.Equal("409 LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2", (await server.IamRefusedAsync("CreateAccessKey", ("UserName", "alice"))).ToString());

        var listed = await server.IamAsync("ListAccessKeys", ("UserName", "alice"));
        Assert.DoesNotContain("SecretAccessKey", listed.Raw, StringComparison.Ordinal);
        Assert.Equal(new[] { first, second }.Select(key => key.Text("AccessKeyId")).Order(StringComparer.Ordinal), listed.List("AccessKeyMetadata").Select(key => key.Text("AccessKeyId")));
    }

    [Fact]
    public async Task A_key_that_is_switched_off_or_deleted_is_not_valid_from_the_next_request_on()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice", AllowAll);
        await server.IamAsync(alice, "ListUsers");
        await server.IamAsync("UpdateAccessKey", ("UserName", "alice"), ("AccessKeyId", alice.AccessKeyId), ("Status", "Inactive"));
        Assert.Equal((403, "InvalidClientTokenId"), await CodeAsync(server, alice));
        await server.IamAsync("UpdateAccessKey", ("UserName", "alice"), ("AccessKeyId", alice.AccessKeyId), ("Status", "Active"));
        await server.IamAsync(alice, "ListUsers");
        await server.IamAsync("DeleteAccessKey", ("UserName", "alice"), ("AccessKeyId", alice.AccessKeyId));
        Assert.Equal((403, "InvalidClientTokenId"), await CodeAsync(server, alice));
        Assert.Equal($"404 NoSuchEntity: The Access Key with id {alice.AccessKeyId} cannot be found.", (await server.IamRefusedAsync("DeleteAccessKey", ("UserName", "alice"), ("AccessKeyId", alice.AccessKeyId))).ToString());
    }

    [Fact]
    public async Task Without_a_name_a_user_rotates_its_own_key_and_nobody_elses()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice", AllowAll);
        var bob = await server.UserAsync("bob");
        var made = (await server.IamAsync(alice, "CreateAccessKey"))["AccessKey"];
        Assert.Equal("alice", made.Text("UserName"));
        Assert.Equal(2, (await server.IamAsync(alice, "ListAccessKeys")).List("AccessKeyMetadata").Count);
        Assert.Equal("NoSuchEntity", (await server.IamRefusedAsync(alice, "DeleteAccessKey", ("AccessKeyId", bob.AccessKeyId))).Code);
        Assert.Equal("NoSuchEntity", (await server.IamRefusedAsync(alice, "DeleteAccessKey", ("AccessKeyId", server.Credentials.AccessKeyId))).Code);
        await server.IamAsync(new AwsCredentials(made.Text("AccessKeyId"), made.Text("SecretAccessKey")), "DeleteAccessKey", ("AccessKeyId", alice.AccessKeyId));
    }

    [Fact]
    public async Task The_roots_last_active_key_can_be_neither_deleted_nor_switched_off()
    {
        await using var server = await ServerHarness.StartAsync();
        var only = server.Credentials.AccessKeyId;
        Assert.Equal("DeleteConflict", (await server.IamRefusedAsync("DeleteAccessKey", ("AccessKeyId", only))).Code);
        Assert.Equal("UnmodifiableEntity", (await server.IamRefusedAsync("UpdateAccessKey", ("AccessKeyId", only), ("Status", "Inactive"))).Code);

        var made = (await server.IamAsync("CreateAccessKey"))["AccessKey"];
        Assert.False(made.Has("UserName"));
        Assert.Equal("409 LimitExceeded: Cannot exceed quota for AccessKeysPerAccount: 2", (await server.IamRefusedAsync("CreateAccessKey")).ToString());
        await server.IamAsync("UpdateAccessKey", ("AccessKeyId", made.Text("AccessKeyId")), ("Status", "Inactive"));
        Assert.Equal("DeleteConflict", (await server.IamRefusedAsync("DeleteAccessKey", ("AccessKeyId", only))).Code); // the other one does not count now
        await server.IamAsync("UpdateAccessKey", ("AccessKeyId", made.Text("AccessKeyId")), ("Status", "Active"));
        await server.IamAsync(new AwsCredentials(made.Text("AccessKeyId"), made.Text("SecretAccessKey")), "DeleteAccessKey", ("AccessKeyId", only));
    }

    [Fact]
    public async Task Last_use_is_told_by_key_and_a_key_of_nobody_is_not_found()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateUser", ("UserName", "alice"));
        var id = (await server.IamAsync("CreateAccessKey", ("UserName", "alice")))["AccessKey"].Text("AccessKeyId");
        var never = await server.IamAsync("GetAccessKeyLastUsed", ("AccessKeyId", id));
        Assert.Equal(("alice", "N/A", "N/A", false), (never.Text("UserName"), never["AccessKeyLastUsed"].Text("ServiceName"), never["AccessKeyLastUsed"].Text("Region"), never["AccessKeyLastUsed"].Has("LastUsedDate")));
        await server.Server.Store.SaveAsync((_, changes) =>
        {
            changes.Save(new Domain.AccessKeyUse(id, server.Clock.GetUtcNow(), "lightsail", "us-east-1"));
            return true;
        }, TestContext.Current.CancellationToken);
        var used = (await server.IamAsync("GetAccessKeyLastUsed", ("AccessKeyId", id)))["AccessKeyLastUsed"];
        Assert.Equal(("LastUsedDate,ServiceName,Region", "2026-11-22T12:00:00Z", "lightsail", "us-east-1"), (used.Members, used.Text("LastUsedDate"), used.Text("ServiceName"), used.Text("Region")));
        Assert.Equal("NoSuchEntity", (await server.IamRefusedAsync("GetAccessKeyLastUsed", ("AccessKeyId", "AKIAIOSFODNN7EXAMPLE"))).Code);
    }

    [Fact]
    public async Task A_caller_that_may_not_ask_about_a_key_does_not_learn_whose_it_is()
    {
        await using var server = await ServerHarness.StartAsync();
        var bob = await server.UserAsync("bob");
        var nobody = await server.UserAsync("nobody");
        var notBob = await server.UserAsync("not-bob", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"},{"Effect":"Deny","Action":"iam:*","Resource":"arn:aws:iam::*:user/bob"}]}""");
        var onlyBob = await server.UserAsync("only-bob", IamCalls.Allow("iam:GetAccessKeyLastUsed", "arn:aws:iam::*:user/bob"));
        string[] keys = [bob.AccessKeyId, server.Credentials.AccessKeyId, "AKIAIOSFODNN7EXAMPLE"];

        Task<string[]> RefusalsAsync(AwsCredentials caller) => Task.WhenAll(keys.Select(async key =>
            (await server.IamRefusedAsync(caller, "GetAccessKeyLastUsed", ("AccessKeyId", key))).ToString().Replace(key, "KEY", StringComparison.Ordinal)));

        Assert.Single((await RefusalsAsync(nobody)).Distinct());
        keys = [bob.AccessKeyId, "AKIAIOSFODNN7EXAMPLE"];
        Assert.Equal(["404 NoSuchEntity: The Access Key with id KEY cannot be found."], (await RefusalsAsync(notBob)).Distinct());
        Assert.Equal("bob", (await server.IamAsync(onlyBob, "GetAccessKeyLastUsed", ("AccessKeyId", bob.AccessKeyId))).Text("UserName"));
    }

    private static async Task<(int, string)> CodeAsync(ServerHarness server, AwsCredentials caller)
    {
        var refused = await server.IamRefusedAsync(caller, "ListUsers");
        return (refused.Status, refused.Code);
    }
}
