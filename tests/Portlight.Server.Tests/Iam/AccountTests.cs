using static Portlight.Server.Tests.Iam.IamCalls;

namespace Portlight.Server.Tests.Iam;

/// <summary>What is told of an account as a whole.</summary>
public sealed class AccountTests
{
    [Fact]
    public async Task The_summary_counts_what_there_is()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.UserAsync("alice");
        await server.PolicyAsync("p");
        var figures = (await server.IamAsync("GetAccountSummary"))["SummaryMap"].Element.Elements().ToDictionary(entry => entry.Elements().First().Value, entry => entry.Elements().Last().Value);
        Assert.Equal(("1", "0", "1", "1", "5000", "2"), (figures["Users"], figures["Groups"], figures["Policies"], figures["AccountAccessKeysPresent"], figures["UsersQuota"], figures["AccessKeysPerUserQuota"]));
    }

    [Fact]
    public async Task Everything_with_its_documents_comes_in_pages_and_by_kind()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.UserAsync("alice", AllowAll);
        await server.UserAsync("bob");
        await server.IamAsync("CreateGroup", ("GroupName", "ops"));
        await server.IamAsync("AddUserToGroup", ("GroupName", "ops"), ("UserName", "alice"));
        await server.IamAsync("CreateRole", ("RoleName", "deploy"), ("AssumeRolePolicyDocument", TrustAccount));
        var policy = await server.PolicyAsync("ports");
        await server.IamAsync("AttachRolePolicy", ("RoleName", "deploy"), ("PolicyArn", policy));

        var first = await server.IamAsync("GetAccountAuthorizationDetails", ("MaxItems", "3"));
        Assert.Equal(("alice bob", "ops", ""), (first.Each("UserDetailList", "UserName"), first.Each("GroupDetailList", "GroupName"), first.Each("RoleDetailList", "RoleName")));
        var alice = first.List("UserDetailList")[0];
        Assert.Equal(("ops", "own", AllowAll), (alice.Texts("GroupList"), alice.Each("UserPolicyList", "PolicyName"), Uri.UnescapeDataString(alice.Each("UserPolicyList", "PolicyDocument"))));
        var second = await server.IamAsync("GetAccountAuthorizationDetails", ("MaxItems", "100"), ("Marker", first.Text("Marker")));
        Assert.Equal(("", "deploy", "ports AdministratorAccess IAMFullAccess IAMReadOnlyAccess"), (second.Each("UserDetailList", "UserName"), second.Each("RoleDetailList", "RoleName"), second.Each("Policies", "PolicyName")));
        Assert.Equal(policy, second.List("RoleDetailList")[0].Each("AttachedManagedPolicies", "PolicyArn"));
        Assert.Equal(AllowAll, Uri.UnescapeDataString(second.List("Policies")[0].Each("PolicyVersionList", "Document")));

        var filtered = await server.IamAsync("GetAccountAuthorizationDetails", ("Filter.member.1", "Role"), ("Filter.member.2", "LocalManagedPolicy"));
        Assert.Equal(("", "deploy", "ports"), (filtered.Each("UserDetailList", "UserName"), filtered.Each("RoleDetailList", "RoleName"), filtered.Each("Policies", "PolicyName")));
        Assert.Equal("ValidationError", (await server.IamRefusedAsync("GetAccountAuthorizationDetails", ("Filter.member.1", "Everything"))).Code);
    }
}
