using Portlight.Server.Tests.Iam;
using static Portlight.Server.Tests.Iam.IamCalls;

namespace Portlight.Server.Tests.Sequences;

/// <summary>The calls of terraform-provider-aws, internal/service/iam, in its order and with its parameters.</summary>
public sealed class TerraformIamTests
{
    [Fact]
    public async Task Aws_iam_user_is_created_read_changed_and_destroyed_by_force()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateUser", ("Path", "/"), ("UserName", "tf-acc"), ("Tags.member.1.Key", "Name"), ("Tags.member.1.Value", "tf"));
        var read = (await server.IamAsync("GetUser", ("UserName", "tf-acc")))["User"];
        Assert.Equal(("arn:aws:iam::111122223333:user/tf-acc", "/", "Name"), (read.Text("Arn"), read.Text("Path"), read.Each("Tags", "Key")));
        await server.IamAsync("UpdateUser", ("NewPath", "/moved/"), ("NewUserName", "tf-acc"), ("UserName", "tf-acc"));
        await server.IamAsync("UntagUser", ("TagKeys.member.1", "Name"), ("UserName", "tf-acc"));
        await server.IamAsync("TagUser", ("Tags.member.1.Key", "Name"), ("Tags.member.1.Value", "new"), ("UserName", "tf-acc"));
        var key = (await server.IamAsync("CreateAccessKey", ("UserName", "tf-acc")))["AccessKey"].Text("AccessKeyId");
        await server.IamAsync("CreateGroup", ("GroupName", "tf-group"), ("Path", "/"));
        await server.IamAsync("AddUserToGroup", ("GroupName", "tf-group"), ("UserName", "tf-acc"));

        // Destroy, with force_destroy: out of the groups, then everything that a user can have.
        foreach (var group in (await server.IamAsync("ListGroupsForUser", ("UserName", "tf-acc"))).List("Groups"))
        {
            await server.IamAsync("RemoveUserFromGroup", ("GroupName", group.Text("GroupName")), ("UserName", "tf-acc"));
        }

        Assert.Equal(key, (await server.IamAsync("ListAccessKeys", ("UserName", "tf-acc"))).Each("AccessKeyMetadata", "AccessKeyId"));
        await server.IamAsync("DeleteAccessKey", ("AccessKeyId", key), ("UserName", "tf-acc"));
        Assert.Empty((await server.IamAsync("ListSSHPublicKeys", ("UserName", "tf-acc"))).List("SSHPublicKeys"));
        Assert.Empty((await server.IamAsync("ListVirtualMFADevices", ("AssignmentStatus", "Assigned"))).List("VirtualMFADevices"));
        Assert.Empty((await server.IamAsync("ListMFADevices", ("UserName", "tf-acc"))).List("MFADevices"));
        Assert.Equal("NoSuchEntity", (await server.IamRefusedAsync("DeleteLoginProfile", ("UserName", "tf-acc"))).Code);
        Assert.Empty((await server.IamAsync("ListSigningCertificates", ("UserName", "tf-acc"))).List("Certificates"));
        Assert.Empty((await server.IamAsync("ListServiceSpecificCredentials", ("UserName", "tf-acc"))).List("ServiceSpecificCredentials"));
        await server.IamAsync("DeleteUser", ("UserName", "tf-acc"));
        Assert.Equal("NoSuchEntity", (await server.IamRefusedAsync("GetUser", ("UserName", "tf-acc"))).Code);
    }

    [Fact]
    public async Task Aws_iam_access_key_is_created_switched_off_found_by_its_id_and_destroyed()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateUser", ("Path", "/"), ("UserName", "tf-acc"));
        var key = (await server.IamAsync("CreateAccessKey", ("UserName", "tf-acc")))["AccessKey"];
        Assert.True(key.Has("SecretAccessKey") && key.Has("CreateDate"));
        await server.IamAsync("UpdateAccessKey", ("AccessKeyId", key.Text("AccessKeyId")), ("Status", "Inactive"), ("UserName", "tf-acc"));
        Assert.Equal("Inactive", (await server.IamAsync("ListAccessKeys", ("UserName", "tf-acc"))).Each("AccessKeyMetadata", "Status"));
        Assert.Equal("tf-acc", (await server.IamAsync("GetAccessKeyLastUsed", ("AccessKeyId", key.Text("AccessKeyId")))).Text("UserName")); // import
        await server.IamAsync("DeleteAccessKey", ("AccessKeyId", key.Text("AccessKeyId")), ("UserName", "tf-acc"));
        Assert.Empty((await server.IamAsync("ListAccessKeys", ("UserName", "tf-acc"))).List("AccessKeyMetadata"));
    }

    [Fact]
    public async Task Aws_iam_policy_and_its_attachment_to_a_user_come_change_and_go()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateUser", ("Path", "/"), ("UserName", "tf-acc"));
        var made = (await server.IamAsync("CreatePolicy", ("Description", ""), ("Path", "/"), ("PolicyDocument", AllowAll), ("PolicyName", "tf-policy")))["Policy"];
        var arn = made.Text("Arn");
        await ReadPolicyAsync(server, arn, AllowAll);

        await server.IamAsync("AttachUserPolicy", ("PolicyArn", arn), ("UserName", "tf-acc"));
        Assert.Equal(arn, (await server.IamAsync("ListAttachedUserPolicies", ("UserName", "tf-acc"))).Each("AttachedPolicies", "PolicyArn"));

        // Each change makes a version and then makes it the default; before the sixth the oldest goes.
        for (var change = 2; change <= 7; change++)
        {
            var versions = (await server.IamAsync("ListPolicyVersions", ("PolicyArn", arn))).List("Versions");
            if (versions.Count == 5)
            {
                await server.IamAsync("DeletePolicyVersion", ("PolicyArn", arn), ("VersionId", versions.Last(version => version.Text("IsDefaultVersion") == "false").Text("VersionId")));
            }

            var document = Allow($"iam:Get{change}");
            var version = (await server.IamAsync("CreatePolicyVersion", ("PolicyArn", arn), ("PolicyDocument", document), ("SetAsDefault", "false")))["PolicyVersion"].Text("VersionId");
            await server.IamAsync("SetDefaultPolicyVersion", ("PolicyArn", arn), ("VersionId", version));
            await ReadPolicyAsync(server, arn, document);
        }

        await server.IamAsync("DetachUserPolicy", ("PolicyArn", arn), ("UserName", "tf-acc"));
        foreach (var version in (await server.IamAsync("ListPolicyVersions", ("PolicyArn", arn))).List("Versions").Where(version => version.Text("IsDefaultVersion") == "false"))
        {
            await server.IamAsync("DeletePolicyVersion", ("PolicyArn", arn), ("VersionId", version.Text("VersionId")));
        }

        await server.IamAsync("DeletePolicy", ("PolicyArn", arn));
        Assert.Equal("NoSuchEntity", (await server.IamRefusedAsync("GetPolicy", ("PolicyArn", arn))).Code);
    }

    [Fact]
    public async Task Aws_iam_role_is_created_read_changed_and_destroyed()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateRole", ("AssumeRolePolicyDocument", TrustAccount), ("MaxSessionDuration", "3600"), ("Path", "/"), ("RoleName", "tf-role"));
        var read = (await server.IamAsync("GetRole", ("RoleName", "tf-role")))["Role"];
        Assert.Equal((TrustAccount, "3600", false), (Uri.UnescapeDataString(read.Text("AssumeRolePolicyDocument")), read.Text("MaxSessionDuration"), read.Has("Description")));
        Assert.Empty((await server.IamAsync("ListRolePolicies", ("RoleName", "tf-role"))).List("PolicyNames"));
        Assert.Empty((await server.IamAsync("ListAttachedRolePolicies", ("RoleName", "tf-role"))).List("AttachedPolicies"));

        await server.IamAsync("UpdateAssumeRolePolicy", ("PolicyDocument", TrustAccount), ("RoleName", "tf-role"));
        await server.IamAsync("UpdateRoleDescription", ("Description", "new"), ("RoleName", "tf-role"));
        await server.IamAsync("UpdateRole", ("MaxSessionDuration", "7200"), ("RoleName", "tf-role"));
        await server.IamAsync("PutRolePermissionsBoundary", ("PermissionsBoundary", "arn:aws:iam::aws:policy/AdministratorAccess"), ("RoleName", "tf-role"));
        await server.IamAsync("DeleteRolePermissionsBoundary", ("RoleName", "tf-role"));
        read = (await server.IamAsync("GetRole", ("RoleName", "tf-role")))["Role"];
        Assert.Equal(("new", "7200", false), (read.Text("Description"), read.Text("MaxSessionDuration"), read.Has("PermissionsBoundary")));

        Assert.Empty((await server.IamAsync("ListInstanceProfilesForRole", ("RoleName", "tf-role"))).List("InstanceProfiles"));
        await server.IamAsync("DeleteRole", ("RoleName", "tf-role"));
        Assert.Equal("NoSuchEntity", (await server.IamRefusedAsync("GetRole", ("RoleName", "tf-role"))).Code);
    }

    [Fact]
    public async Task Aws_iam_group_membership_is_made_exchanged_and_taken_away()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateGroup", ("GroupName", "tf-group"), ("Path", "/"));
        foreach (var name in new[] { "one", "two", "three" })
        {
            await server.IamAsync("CreateUser", ("Path", "/"), ("UserName", name));
        }

        await server.IamAsync("AddUserToGroup", ("GroupName", "tf-group"), ("UserName", "one"));
        await server.IamAsync("AddUserToGroup", ("GroupName", "tf-group"), ("UserName", "two"));
        Assert.Equal("one two", (await server.IamAsync("GetGroup", ("GroupName", "tf-group"))).Each("Users", "UserName"));
        await server.IamAsync("RemoveUserFromGroup", ("GroupName", "tf-group"), ("UserName", "one"));
        await server.IamAsync("AddUserToGroup", ("GroupName", "tf-group"), ("UserName", "three"));
        Assert.Equal("three two", (await server.IamAsync("GetGroup", ("GroupName", "tf-group"))).Each("Users", "UserName"));
        await server.IamAsync("DeleteUser", ("UserName", "one"));
        Assert.Equal("NoSuchEntity", (await server.IamRefusedAsync("RemoveUserFromGroup", ("GroupName", "tf-group"), ("UserName", "one"))).Code); // the provider passes over it
    }

    private static async Task ReadPolicyAsync(ServerHarness server, string arn, string document)
    {
        var policy = (await server.IamAsync("GetPolicy", ("PolicyArn", arn)))["Policy"];
        Assert.Equal("", policy.Text("Description"));
        Assert.Empty(policy.List("Tags"));
        var version = (await server.IamAsync("GetPolicyVersion", ("PolicyArn", arn), ("VersionId", policy.Text("DefaultVersionId"))))["PolicyVersion"];
        Assert.Equal(document, Uri.UnescapeDataString(version.Text("Document")));
    }
}
