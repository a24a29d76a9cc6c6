using System.Text.RegularExpressions;
using Portlight.TestKit;
using static Portlight.Server.Tests.Iam.IamCalls;

namespace Portlight.Server.Tests.Iam;

/// <summary>Users: made, shown, renamed, listed, tagged, bounded, deleted.</summary>
public sealed partial class UserTests
{
    [Fact]
    public async Task A_user_is_made_shown_and_listed_as_IAM_shows_it()
    {
        await using var server = await ServerHarness.StartAsync();
        var boundary = await server.PolicyAsync("limit");
        var created = await server.IamAsync(
            "CreateUser",
            ("UserName", "alice"), ("Path", "/ops/"), ("PermissionsBoundary", boundary), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "edge + core"), ("Tags.member.2.Key", "empty"), ("Tags.member.2.Value", ""));
        var read = await server.IamAsync("GetUser", ("UserName", "ALICE"));
        var listed = await server.IamAsync("ListUsers");
        Golden.Match("user.xml", string.Join("\n\n", new[] { created, read, listed }.Select(answer => Steady(answer.Raw))) + "\n");
    }

    [Fact]
    public async Task Names_are_kept_as_written_and_taken_whatever_their_case()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateUser", ("UserName", "Alice.B+c=d,e@f-g_h"));
        Assert.Equal("Alice.B+c=d,e@f-g_h", (await server.IamAsync("GetUser", ("UserName", "alice.b+c=d,e@f-g_h")))["User"].Text("UserName"));
        Assert.Equal("409 EntityAlreadyExists: User with name alice.b+c=d,e@f-g_h already exists.", (await server.IamRefusedAsync("CreateUser", ("UserName", "alice.b+c=d,e@f-g_h"))).ToString());
    }

    [Fact]
    public async Task Without_a_name_the_caller_is_shown()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice", AllowAll);
        Assert.Equal("alice", (await server.IamAsync(alice, "GetUser"))["User"].Text("UserName"));
        var root = (await server.IamAsync("GetUser"))["User"];
        Assert.Equal(("UserId,Arn,CreateDate", "111122223333", "arn:aws:iam::111122223333:root"), (root.Members, root.Text("UserId"), root.Text("Arn")));
    }

    [Fact]
    public async Task Renaming_keeps_id_keys_groups_and_policies_and_changes_the_ARN()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.UserAsync("alice", AllowAll);
        await server.IamAsync("CreateGroup", ("GroupName", "ops"));
        await server.IamAsync("AddUserToGroup", ("GroupName", "ops"), ("UserName", "alice"));
        var id = (await server.IamAsync("GetUser", ("UserName", "alice")))["User"].Text("UserId");

        await server.IamAsync("UpdateUser", ("UserName", "alice"), ("NewUserName", "robert"), ("NewPath", "/moved/"));

        var user = (await server.IamAsync(alice, "GetUser"))["User"]; // her key still stands for her
        Assert.Equal((id, "robert", "arn:aws:iam::111122223333:user/moved/robert"), (user.Text("UserId"), user.Text("UserName"), user.Text("Arn")));
        Assert.Equal("robert", (await server.IamAsync("ListAccessKeys", ("UserName", "robert"))).Each("AccessKeyMetadata", "UserName"));
        Assert.Equal("ops", (await server.IamAsync("ListGroupsForUser", ("UserName", "robert"))).Each("Groups", "GroupName"));
        Assert.Equal("robert", (await server.IamAsync("GetGroup", ("GroupName", "ops"))).Each("Users", "UserName"));
        Assert.Equal("404 NoSuchEntity: The user with name alice cannot be found.", (await server.IamRefusedAsync("GetUser", ("UserName", "alice"))).ToString());

        await server.IamAsync("UpdateUser", ("UserName", "robert"), ("NewUserName", "Robert"));
        Assert.Equal("Robert", (await server.IamAsync(alice, "GetUser"))["User"].Text("UserName"));
        await server.IamAsync("CreateUser", ("UserName", "carol"));
        Assert.Equal("EntityAlreadyExists", (await server.IamRefusedAsync("UpdateUser", ("UserName", "carol"), ("NewUserName", "ROBERT"))).Code);
    }

    [Fact]
    public async Task Lists_are_in_order_of_name_by_path_and_in_pages()
    {
        await using var server = await ServerHarness.StartAsync();
        foreach (var (name, path) in new[] { ("delta", "/ops/"), ("Alpha", "/"), ("charlie", "/ops/night/"), ("bravo", "/opsx/") })
        {
            await server.IamAsync("CreateUser", ("UserName", name), ("Path", path));
        }

        Assert.Equal("Alpha bravo charlie delta", (await server.IamAsync("ListUsers")).Each("Users", "UserName"));
        Assert.Equal("charlie delta", (await server.IamAsync("ListUsers", ("PathPrefix", "/ops/"))).Each("Users", "UserName"));
        Assert.Equal("bravo charlie delta", (await server.IamAsync("ListUsers", ("PathPrefix", "/ops"))).Each("Users", "UserName"));
        var first = await server.IamAsync("ListUsers", ("MaxItems", "3"));
        Assert.Equal(("Alpha bravo charlie", "true"), (first.Each("Users", "UserName"), first.Text("IsTruncated")));
        await server.IamAsync("DeleteUser", ("UserName", "charlie")); // what the marker names may be gone
        var second = await server.IamAsync("ListUsers", ("MaxItems", "3"), ("Marker", first.Text("Marker")));
        Assert.Equal(("delta", "false", false), (second.Each("Users", "UserName"), second.Text("IsTruncated"), second.Has("Marker")));
        Assert.Equal("ValidationError", (await server.IamRefusedAsync("ListGroups", ("Marker", first.Text("Marker")))).Code);
    }

    [Fact]
    public async Task Tags_are_added_replaced_whatever_their_case_listed_and_removed()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateUser", ("UserName", "alice"));
        await server.IamAsync("TagUser", ("UserName", "alice"), ("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "edge"), ("Tags.member.2.Key", "cost"), ("Tags.member.2.Value", "1"));
        await server.IamAsync("TagUser", ("UserName", "alice"), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "core"));
        var tags = await server.IamAsync("ListUserTags", ("UserName", "alice"));
        Assert.Equal(("cost team", "1 core"), (tags.Each("Tags", "Key"), tags.Each("Tags", "Value")));
        await server.IamAsync("UntagUser", ("UserName", "alice"), ("TagKeys.member.1", "TEAM"), ("TagKeys.member.2", "never-there"));
        Assert.Equal("cost", (await server.IamAsync("ListUserTags", ("UserName", "alice"))).Each("Tags", "Key"));

        Assert.Equal("400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive.", (await server.IamRefusedAsync(
            "TagUser", ("UserName", "alice"), ("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "1"), ("Tags.member.2.Key", "A"), ("Tags.member.2.Value", "2"))).ToString());
        Assert.Equal("InvalidInput", (await server.IamRefusedAsync("TagUser", ("UserName", "alice"), ("Tags.member.1.Key", "aws:x"), ("Tags.member.1.Value", "1"))).Code);
        var many = Enumerable.Range(1, 50).SelectMany(i => new[] { ($"Tags.member.{i}.Key", $"k{i}"), ($"Tags.member.{i}.Value", "v") }).Prepend(("UserName", "alice")).ToArray();
        Assert.Equal("LimitExceeded", (await server.IamRefusedAsync("TagUser", many)).Code);
    }

    [Fact]
    public async Task A_boundary_is_put_shown_and_taken_off()
    {
        await using var server = await ServerHarness.StartAsync();
        var limit = await server.PolicyAsync("limit");
        await server.IamAsync("CreateUser", ("UserName", "alice"));
        Assert.Equal("NoSuchEntity", (await server.IamRefusedAsync("DeleteUserPermissionsBoundary", ("UserName", "alice"))).Code);
        await server.IamAsync("PutUserPermissionsBoundary", ("UserName", "alice"), ("PermissionsBoundary", limit));
        Assert.Equal(limit, (await server.IamAsync("GetUser", ("UserName", "alice")))["User"]["PermissionsBoundary"].Text("PermissionsBoundaryArn"));
        Assert.Equal("409 DeleteConflict: Cannot delete a policy attached to entities.", (await server.IamRefusedAsync("DeletePolicy", ("PolicyArn", limit))).ToString());
        await server.IamAsync("DeleteUserPermissionsBoundary", ("UserName", "alice"));
        Assert.False((await server.IamAsync("GetUser", ("UserName", "alice")))["User"].Has("PermissionsBoundary"));
        Assert.Equal("NoSuchEntity", (await server.IamRefusedAsync("PutUserPermissionsBoundary", ("UserName", "alice"), ("PermissionsBoundary", "arn:aws:iam::111122223333:policy/none"))).Code);
    }

    [Fact]
    public async Task A_user_is_deleted_only_when_nothing_hangs_on_it()
    {
        await using var server = await ServerHarness.StartAsync();
        var key = await server.UserAsync("alice", AllowAll);
        var policy = await server.PolicyAsync("all");
        await server.IamAsync("AttachUserPolicy", ("UserName", "alice"), ("PolicyArn", policy));
        await server.IamAsync("CreateGroup", ("GroupName", "ops"));
        await server.IamAsync("AddUserToGroup", ("GroupName", "ops"), ("UserName", "alice"));

        Assert.Equal("409 DeleteConflict: Cannot delete entity, must detach all policies first.", (await server.IamRefusedAsync("DeleteUser", ("UserName", "alice"))).ToString());
        await server.IamAsync("DetachUserPolicy", ("UserName", "alice"), ("PolicyArn", policy));
        Assert.Equal("409 DeleteConflict: Cannot delete entity, must delete policies first.", (await server.IamRefusedAsync("DeleteUser", ("UserName", "alice"))).ToString());
        await server.IamAsync("DeleteUserPolicy", ("UserName", "alice"), ("PolicyName", "own"));
        Assert.Equal("409 DeleteConflict: Cannot delete entity, must remove users from group first.", (await server.IamRefusedAsync("DeleteUser", ("UserName", "alice"))).ToString());
        await server.IamAsync("RemoveUserFromGroup", ("GroupName", "ops"), ("UserName", "alice"));
        Assert.Equal("409 DeleteConflict: Cannot delete entity, must delete access keys first.", (await server.IamRefusedAsync("DeleteUser", ("UserName", "alice"))).ToString());
        await server.IamAsync("DeleteAccessKey", ("UserName", "alice"), ("AccessKeyId", key.AccessKeyId));
        await server.IamAsync("DeleteUser", ("UserName", "alice"));
        Assert.Equal("404 NoSuchEntity: The user with name alice cannot be found.", (await server.IamRefusedAsync("DeleteUser", ("UserName", "alice"))).ToString());
    }

    [Fact]
    public async Task What_clients_ask_for_before_they_delete_a_user_is_empty_and_true()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateUser", ("UserName", "alice"));
        foreach (var (action, list) in new[]
        {
            ("ListMFADevices", "MFADevices"), ("ListSSHPublicKeys", "SSHPublicKeys"), ("ListSigningCertificates", "Certificates"), ("ListServiceSpecificCredentials", "ServiceSpecificCredentials"),
        })
        {
            Assert.Empty((await server.IamAsync(action, ("UserName", "alice"))).List(list));
            Assert.Equal("404 NoSuchEntity: The user with name bob cannot be found.", (await server.IamRefusedAsync(action, ("UserName", "bob"))).ToString());
        }

        Assert.Empty((await server.IamAsync("ListVirtualMFADevices", ("AssignmentStatus", "Assigned"))).List("VirtualMFADevices"));
        Assert.Empty((await server.IamAsync("ListAccountAliases")).List("AccountAliases"));
        Assert.Equal("404 NoSuchEntity: Login Profile for User alice cannot be found.", (await server.IamRefusedAsync("GetLoginProfile", ("UserName", "alice"))).ToString());
        Assert.Equal("NoSuchEntity", (await server.IamRefusedAsync("DeleteLoginProfile", ("UserName", "alice"))).Code);
    }

    [Theory]
    [InlineData("CreateUser", "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must not be null")]
    [InlineData("CreateUser UserName=a/b", @"1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+")]
    [InlineData("CreateUser UserName=", "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must have length greater than or equal to 1")]
    [InlineData("CreateUser UserName=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64")]
    [InlineData("CreateUser UserName=a Path=ops", @"1 validation error detected: Value at 'path' failed to satisfy constraint: Member must satisfy regular expression pattern: (\u002F)|(\u002F[\u0021-\u007E]+\u002F)")]
    [InlineData("CreateUser UserName=ä Path=/ops", null)]
    [InlineData("CreateUser UserName=a Tags.member.1.Key=k", "1 validation error detected: Value at 'tags.member.1.Value' failed to satisfy constraint: Member must not be null")]
    [InlineData("CreateUser UserName=a Tags.member.2.Key=k Tags.member.2.Value=v", "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must be a list, counted from Tags.member.1 without a gap")]
    [InlineData("ListUsers MaxItems=0", "1 validation error detected: Value at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1")]
    [InlineData("ListUsers MaxItems=1001", "1 validation error detected: Value at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000")]
    [InlineData("ListUsers MaxItems=many", "1 validation error detected: Value at 'maxItems' failed to satisfy constraint: Member must be a number")]
    [InlineData("UpdateAccessKey AccessKeyId=AKIAIOSFODNN7EXAMPLE Status=Expired", "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]")]
    public async Task What_has_not_the_form_of_the_service_model_is_refused_in_AWSs_words(string call, string? message)
    {
        await using var server = await ServerHarness.StartAsync();
        var words = call.Split(' ');
        var refused = await server.IamRefusedAsync(words[0], [.. words[1..].Select(word => (word.Split('=')[0], word.Split('=')[1]))]);
        Assert.Equal((400, "ValidationError"), (refused.Status, refused.Code));
        Assert.Equal(message ?? @"2 validation errors detected: Value at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+; Value at 'path' failed to satisfy constraint: Member must satisfy regular expression pattern: (\u002F)|(\u002F[\u0021-\u007E]+\u002F)", refused.Message);
    }

    internal static string Steady(string xml) => Indented(RequestId().Replace(UniqueId().Replace(xml, "$1EXAMPLE"), "<RequestId>EXAMPLE<"));

    private static string Indented(string xml) => System.Xml.Linq.XDocument.Parse(xml).ToString();

    [GeneratedRegex(@"\b(AIDA|AGPA|AROA|ANPA|AKIA)[A-Z0-9]{16,17}\b")]
    private static partial Regex UniqueId();

    [GeneratedRegex("<RequestId>[0-9a-f-]{36}<")]
    private static partial Regex RequestId();
}
