using Portlight.Domain;
using Portlight.Server.Tests.Access;
using Portlight.Server.Tests.Sts;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests.Iam;

/// <summary>A trust policy is for whom it named when it was put: not for who is made with the name later (decisions/0050).</summary>
public sealed class TrustTests
{
    private const string Account = "arn:aws:iam::111122223333:";

    [Fact]
    public async Task A_user_that_is_made_again_with_a_trusted_name_is_not_trusted_and_one_that_is_renamed_is()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice");
        await server.IamAsync("CreateRole", ("RoleName", "deploy"), ("AssumeRolePolicyDocument", Trust("user/alice")));
        await AssumeAsync(server, alice);

        await server.IamAsync("UpdateUser", ("UserName", "alice"), ("NewUserName", "alice2"));
        var other = await server.UserAsync("alice");

        await AssumeAsync(server, alice);
        Assert.Equal("AccessDenied", (await RefusedAsync(server, other)).Code);
        Assert.Equal(Trust("user/alice2"), await ShownAsync(server));

        await DeleteAsync(server, "alice2", alice);
        var third = await server.UserAsync("alice2");
        Assert.Equal("AccessDenied", (await RefusedAsync(server, third)).Code);
        Assert.Equal("AccessDenied", (await RefusedAsync(server, other)).Code);
        Assert.Matches("^.*\"AWS\":\"AIDA[A-Z0-9]{17}\".*$", await ShownAsync(server));

        // Put again it is for whoever has the name now.
        await server.IamAsync("UpdateAssumeRolePolicy", ("RoleName", "deploy"), ("PolicyDocument", Trust("user/alice")));
        await AssumeAsync(server, other);
    }

    [Fact]
    public async Task A_role_that_is_made_again_with_a_trusted_name_is_not_trusted()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice");
        foreach (var principal in new[] { "iam::111122223333:role/build", "sts::111122223333:assumed-role/build/run" })
        {
            await server.IamAsync("CreateRole", ("RoleName", "build"), ("AssumeRolePolicyDocument", Trust("user/alice")));
            await server.IamAsync("CreateRole", ("RoleName", "deploy"), ("AssumeRolePolicyDocument", Trust("user/alice").Replace($"{Account}user/alice", $"arn:aws:{principal}", StringComparison.Ordinal)));
            await AssumeAsync(server, await BuildAsync());

            await server.IamAsync("DeleteRole", ("RoleName", "build"));
            await server.IamAsync("CreateRole", ("RoleName", "build"), ("AssumeRolePolicyDocument", Trust("user/alice")));

            Assert.Equal("AccessDenied", (await RefusedAsync(server, await BuildAsync())).Code);
            await server.IamAsync("DeleteRole", ("RoleName", "build"));
            await server.IamAsync("DeleteRole", ("RoleName", "deploy"));
        }

        async Task<AwsCredentials> BuildAsync() => (await server.StsAsync(alice, "AssumeRole", ("RoleArn", Account + "role/build"), ("RoleSessionName", "run"))).Credentials();
    }

    [Theory]
    [InlineData("user/nobody")]
    [InlineData("user/ALICE")]
    [InlineData("user/ops/alice")]
    [InlineData("role/nobody")]
    public async Task Nobody_is_trusted_who_is_not_there(string principal)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.UserAsync("alice");
        var refusal = $"400 MalformedPolicyDocument: Invalid principal in policy: \"AWS\":\"{Account}{principal}\"";

        Assert.Equal(refusal, (await server.IamRefusedAsync("CreateRole", ("RoleName", "deploy"), ("AssumeRolePolicyDocument", Trust(principal)))).ToString());
        await server.IamAsync("CreateRole", ("RoleName", "deploy"), ("AssumeRolePolicyDocument", Trust("user/alice")));
        Assert.Equal(refusal, (await server.IamRefusedAsync("UpdateAssumeRolePolicy", ("RoleName", "deploy"), ("PolicyDocument", Trust(principal)))).ToString());
    }

    [Fact]
    public async Task Whether_another_account_has_somebody_is_not_told_and_one_that_comes_later_is_not_trusted()
    {
        await using var server = await ServerHarness.StartAsync();
        var policy = Trust("user/carol").Replace("111122223333", "444455556666", StringComparison.Ordinal);
        await server.IamAsync("CreateRole", ("RoleName", "deploy"), ("AssumeRolePolicyDocument", policy));
        await server.ChangeAsync(changes => changes.Save(new Account("444455556666", AccountState.Active, IsOwner: false, server.Clock.GetUtcNow())));
        var carol = await server.AddUserAsync("carol", [IamCalls.AllowAll], account: "444455556666");

        Assert.Equal("AccessDenied", (await RefusedAsync(server, carol)).Code);
        Assert.Equal(policy, await ShownAsync(server));
        await server.IamAsync("UpdateAssumeRolePolicy", ("RoleName", "deploy"), ("PolicyDocument", policy));
        await AssumeAsync(server, carol);

        await server.ChangeAsync(changes => changes.Remove(server.Server.Store.View.FindUser("444455556666", "carol")!));
        Assert.Equal(policy, await ShownAsync(server)); // nor that she has gone
    }

    [Fact]
    public async Task Roles_of_an_earlier_Portlight_are_bound_at_the_next_start()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice");
        await server.IamAsync("CreateRole", ("RoleName", "deploy"), ("AssumeRolePolicyDocument", Trust("user/alice")));
        await server.ChangeAsync(changes => changes.Save(server.Server.Store.View.FindRole("111122223333", "deploy")! with { TrustedIds = null }));
        Assert.Equal("AccessDenied", (await RefusedAsync(server, alice)).Code);

        await server.RestartAsync();

        await AssumeAsync(server, alice);
    }

    [Fact]
    public async Task A_key_is_the_users_whom_it_was_made_for()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice");
        Assert.Equal(Account + "user/alice", await server.WhoAsync(alice));

        var row = server.Server.Store.View.FindUser("111122223333", "alice")!;
        await server.ChangeAsync(changes => changes.Save(row with { Id = "AIDAOTHEROTHEROTHER12" })); // between two reads of rows the name can have gone to another

        Assert.Equal((403, "InvalidClientTokenId"), await server.StsRefusedAsync(alice, "GetCallerIdentity") is var (status, code, _) ? (status, code) : default);
    }

    private static string Trust(string principal) =>
        $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"{{Account}}{{principal}}"},"Action":"sts:AssumeRole"}]}""";

    private static async Task AssumeAsync(ServerHarness server, AwsCredentials caller) =>
        await server.StsAsync(caller, "AssumeRole", ("RoleArn", Account + "role/deploy"), ("RoleSessionName", "build-7"));

    private static Task<(int Status, string Code, string Message)> RefusedAsync(ServerHarness server, AwsCredentials caller) =>
        server.StsRefusedAsync(caller, "AssumeRole", ("RoleArn", Account + "role/deploy"), ("RoleSessionName", "build-7"));

    /// <summary>As GetRole, ListRoles and GetAccountAuthorizationDetails show it, which must be one.</summary>
    private static async Task<string> ShownAsync(ServerHarness server)
    {
        const string document = "AssumeRolePolicyDocument";
        var got = (await server.IamAsync("GetRole", ("RoleName", "deploy")))["Role"].Text(document);
        Assert.Equal(got, (await server.IamAsync("ListRoles")).List("Roles").Single(role => role.Text("RoleName") == "deploy").Text(document));
        Assert.Equal(got, (await server.IamAsync("GetAccountAuthorizationDetails")).List("RoleDetailList").Single(role => role.Text("RoleName") == "deploy").Text(document));
        return Uri.UnescapeDataString(got);
    }

    private static async Task DeleteAsync(ServerHarness server, string name, AwsCredentials key)
    {
        await server.IamAsync("DeleteAccessKey", ("UserName", name), ("AccessKeyId", key.AccessKeyId));
        await server.IamAsync("DeleteUser", ("UserName", name));
    }
}
