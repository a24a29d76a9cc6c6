using static Portlight.Server.Tests.Iam.IamCalls;

namespace Portlight.Server.Tests.Iam;

/// <summary>Groups and who is in them.</summary>
public sealed class GroupTests
{
    [Fact]
    public async Task A_group_is_made_shown_with_its_users_listed_renamed_and_deleted()
    {
        await using var server = await ServerHarness.StartAsync();
        var group = (await server.IamAsync("CreateGroup", ("GroupName", "Ops"), ("Path", "/team/")))["Group"];
        Assert.Equal(("Path,GroupName,GroupId,Arn,CreateDate", "arn:aws:iam::111122223333:group/team/Ops"), (group.Members, group.Text("Arn")));
        Assert.Matches("^AGPA[A-Z0-9]{17}$", group.Text("GroupId"));
        Assert.Equal("409 EntityAlreadyExists: Group with name ops already exists.", (await server.IamRefusedAsync("CreateGroup", ("GroupName", "ops"))).ToString());
        foreach (var name in new[] { "carol", "alice", "bob" })
        {
            await server.IamAsync("CreateUser", ("UserName", name));
            await server.IamAsync("AddUserToGroup", ("GroupName", "ops"), ("UserName", name));
        }

        await server.IamAsync("AddUserToGroup", ("GroupName", "OPS"), ("UserName", "ALICE")); // who is in already stays in, once
        var page = await server.IamAsync("GetGroup", ("GroupName", "ops"), ("MaxItems", "2"));
        Assert.Equal(("alice bob", "Ops"), (page.Each("Users", "UserName"), page["Group"].Text("GroupName")));
        Assert.Equal("carol", (await server.IamAsync("GetGroup", ("GroupName", "ops"), ("Marker", page.Text("Marker")))).Each("Users", "UserName"));

        await server.IamAsync("UpdateGroup", ("GroupName", "ops"), ("NewGroupName", "night"), ("NewPath", "/"));
        Assert.Equal("night", (await server.IamAsync("ListGroupsForUser", ("UserName", "bob"))).Each("Groups", "GroupName"));
        Assert.Equal("night", (await server.IamAsync("ListGroups")).Each("Groups", "GroupName"));
        Assert.Equal("404 NoSuchEntity: The group with name ops cannot be found.", (await server.IamRefusedAsync("GetGroup", ("GroupName", "ops"))).ToString());

        Assert.Equal("409 DeleteConflict: Cannot delete entity, must remove users from group first.", (await server.IamRefusedAsync("DeleteGroup", ("GroupName", "night"))).ToString());
        foreach (var name in new[] { "carol", "alice", "bob", "bob" })
        {
            await server.IamAsync("RemoveUserFromGroup", ("GroupName", "night"), ("UserName", name));
        }

        await server.IamAsync("PutGroupPolicy", ("GroupName", "night"), ("PolicyName", "all"), ("PolicyDocument", AllowAll));
        Assert.Equal("409 DeleteConflict: Cannot delete entity, must delete policies first.", (await server.IamRefusedAsync("DeleteGroup", ("GroupName", "night"))).ToString());
        await server.IamAsync("DeleteGroupPolicy", ("GroupName", "night"), ("PolicyName", "all"));
        await server.IamAsync("DeleteGroup", ("GroupName", "night"));
        Assert.Empty((await server.IamAsync("ListGroups")).List("Groups"));
    }

    [Fact]
    public async Task What_a_group_may_its_users_may_from_the_next_request_on()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice");
        await server.IamAsync("CreateGroup", ("GroupName", "admins"));
        await server.IamAsync("PutGroupPolicy", ("GroupName", "admins"), ("PolicyName", "list"), ("PolicyDocument", Allow("iam:ListUsers")));
        Assert.Equal((403, "AccessDenied"), await StatusAsync(server, alice));
        await server.IamAsync("AddUserToGroup", ("GroupName", "admins"), ("UserName", "alice"));
        await server.IamAsync(alice, "ListUsers");
        await server.IamAsync("UpdateGroup", ("GroupName", "admins"), ("NewGroupName", "people"));
        await server.IamAsync(alice, "ListUsers");
        await server.IamAsync("RemoveUserFromGroup", ("GroupName", "people"), ("UserName", "alice"));
        Assert.Equal((403, "AccessDenied"), await StatusAsync(server, alice));
    }

    [Fact]
    public async Task A_user_is_in_ten_groups_at_most_and_both_must_be_there()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateUser", ("UserName", "alice"));
        for (var i = 0; i < 10; i++)
        {
            await server.IamAsync("CreateGroup", ("GroupName", $"g{i}"));
            await server.IamAsync("AddUserToGroup", ("GroupName", $"g{i}"), ("UserName", "alice"));
        }

        await server.IamAsync("CreateGroup", ("GroupName", "one-more"));
        Assert.Equal("409 LimitExceeded: Cannot exceed quota for GroupsPerUser: 10", (await server.IamRefusedAsync("AddUserToGroup", ("GroupName", "one-more"), ("UserName", "alice"))).ToString());
        Assert.Equal("404 NoSuchEntity: The user with name bob cannot be found.", (await server.IamRefusedAsync("AddUserToGroup", ("GroupName", "g1"), ("UserName", "bob"))).ToString());
        Assert.Equal("404 NoSuchEntity: The group with name none cannot be found.", (await server.IamRefusedAsync("AddUserToGroup", ("GroupName", "none"), ("UserName", "alice"))).ToString());
    }

    private static async Task<(int, string)> StatusAsync(ServerHarness server, Wire.SigV4.AwsCredentials caller)
    {
        var refused = await server.IamRefusedAsync(caller, "ListUsers");
        return (refused.Status, refused.Code);
    }
}
