using Portlight.TestKit;
using static Portlight.Server.Tests.Iam.IamCalls;

namespace Portlight.Server.Tests.Iam;

/// <summary>Roles and their trust policies.</summary>
public sealed class RoleTests
{
    [Fact]
    public async Task A_role_is_made_shown_and_listed_as_IAM_shows_it()
    {
        await using var server = await ServerHarness.StartAsync();
        var limit = await server.PolicyAsync("limit");
        var answers = new[]
        {
            await server.IamAsync(
                "CreateRole", ("RoleName", "deploy"), ("Path", "/ci/"), ("AssumeRolePolicyDocument", TrustAccount), ("Description", "for the builds"), ("MaxSessionDuration", "7200"),
                ("PermissionsBoundary", limit), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "edge")),
            await server.IamAsync("GetRole", ("RoleName", "Deploy")),
            await server.IamAsync("ListRoles", ("PathPrefix", "/ci/")),
            await server.IamAsync("UpdateRole", ("RoleName", "deploy"), ("MaxSessionDuration", "3600")),
            await server.IamAsync("UpdateRoleDescription", ("RoleName", "deploy"), ("Description", "")),
            await server.IamAsync("ListInstanceProfilesForRole", ("RoleName", "deploy")),
        };
        Golden.Match("role.xml", string.Join("\n\n", answers.Select(answer => UserTests.Steady(answer.Raw))) + "\n");
    }

    [Fact]
    public async Task A_trust_policy_is_checked_when_it_is_put_and_replaced_whole()
    {
        await using var server = await ServerHarness.StartAsync();
        var identity = await server.IamRefusedAsync("CreateRole", ("RoleName", "r"), ("AssumeRolePolicyDocument", AllowAll));
        Assert.Equal((400, "MalformedPolicyDocument"), (identity.Status, identity.Code));
        await server.IamAsync("CreateRole", ("RoleName", "r"), ("AssumeRolePolicyDocument", TrustAccount));
        Assert.Equal("409 EntityAlreadyExists: Role with name R already exists.", (await server.IamRefusedAsync("CreateRole", ("RoleName", "R"), ("AssumeRolePolicyDocument", TrustAccount))).ToString());
        var other = TrustAccount.Replace("111122223333", "444455556666", StringComparison.Ordinal);
        await server.IamAsync("UpdateAssumeRolePolicy", ("RoleName", "r"), ("PolicyDocument", other));
        Assert.Equal(Uri.EscapeDataString(other), (await server.IamAsync("GetRole", ("RoleName", "r")))["Role"].Text("AssumeRolePolicyDocument"));
        Assert.Equal("MalformedPolicyDocument", (await server.IamRefusedAsync("UpdateAssumeRolePolicy", ("RoleName", "r"), ("PolicyDocument", "{}"))).Code);
        var padded = TrustAccount.Replace("{\"Effect\"", $"{{\"Sid\":\"{new string('x', 2048)}\",\"Effect\"", StringComparison.Ordinal);
        Assert.Equal("409 LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048", (await server.IamRefusedAsync("UpdateAssumeRolePolicy", ("RoleName", "r"), ("PolicyDocument", padded))).ToString());
        Assert.Equal("ValidationError", (await server.IamRefusedAsync("UpdateRole", ("RoleName", "r"), ("MaxSessionDuration", "60"))).Code);
    }

    [Fact]
    public async Task Tags_and_boundary_of_a_role_come_and_go_and_a_role_without_policies_is_deleted()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateRole", ("RoleName", "r"), ("AssumeRolePolicyDocument", TrustAccount));
        await server.IamAsync("TagRole", ("RoleName", "r"), ("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "b"));
        Assert.Equal("a", (await server.IamAsync("ListRoleTags", ("RoleName", "r"))).Each("Tags", "Key"));
        await server.IamAsync("UntagRole", ("RoleName", "r"), ("TagKeys.member.1", "a"));
        Assert.False((await server.IamAsync("GetRole", ("RoleName", "r")))["Role"].Has("Tags"));
        var limit = await server.PolicyAsync("limit");
        await server.IamAsync("PutRolePermissionsBoundary", ("RoleName", "r"), ("PermissionsBoundary", limit));
        Assert.Equal("r", (await server.IamAsync("ListEntitiesForPolicy", ("PolicyArn", limit))).Each("PolicyRoles", "RoleName"));
        await server.IamAsync("DeleteRolePermissionsBoundary", ("RoleName", "r"));
        await server.IamAsync("DeleteRole", ("RoleName", "r"));
        Assert.Equal("404 NoSuchEntity: The role with name r cannot be found.", (await server.IamRefusedAsync("GetRole", ("RoleName", "r"))).ToString());
    }
}
