using Portlight.Wire.SigV4;
using static Portlight.Server.Tests.Iam.IamCalls;

namespace Portlight.Server.Tests.Iam;

/// <summary>
/// An administrator who may make users only within a boundary (the example of the IAM user guide, delegating with permissions boundaries), and the ways around it
/// that must fail.
/// </summary>
public sealed class DelegationTests
{
    private const string Limit = "arn:aws:iam::111122223333:policy/limit";

    private const string Delegated = """
        {"Version":"2012-10-17","Statement":[
          {"Sid":"OnlyBounded","Effect":"Allow","Action":["iam:CreateUser","iam:PutUserPolicy","iam:DeleteUserPolicy","iam:AttachUserPolicy","iam:DetachUserPolicy","iam:PutUserPermissionsBoundary"],
           "Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"arn:aws:iam::111122223333:policy/limit"}}},
          {"Sid":"Rest","Effect":"Allow","Action":["iam:Get*","iam:List*","iam:CreateAccessKey","iam:UpdateUser","iam:TagUser","iam:CreatePolicy"],"Resource":["arn:aws:iam::111122223333:user/team/*","arn:aws:iam::111122223333:policy/team/*"]},
          {"Sid":"NoEdit","Effect":"Deny","Action":["iam:CreatePolicyVersion","iam:DeletePolicy","iam:SetDefaultPolicyVersion"],"Resource":"arn:aws:iam::111122223333:policy/limit"},
          {"Sid":"NoOff","Effect":"Deny","Action":"iam:DeleteUserPermissionsBoundary","Resource":"*"}]}
        """;

    [Fact]
    public async Task It_makes_users_within_the_boundary_and_they_stay_within()
    {
        await using var server = await ServerHarness.StartAsync();
        var admin = await StartAsync(server);
        await server.IamAsync(admin, "CreateUser", ("UserName", "bob"), ("Path", "/team/"), ("PermissionsBoundary", Limit));
        await server.IamAsync(admin, "PutUserPolicy", ("UserName", "bob"), ("PolicyName", "all"), ("PolicyDocument", AllowAll));
        await server.IamAsync(admin, "AttachUserPolicy", ("UserName", "bob"), ("PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess"));
        var key = (await server.IamAsync(admin, "CreateAccessKey", ("UserName", "bob")))["AccessKey"];
        var bob = new AwsCredentials(key.Text("AccessKeyId"), key.Text("SecretAccessKey"));
        await server.IamAsync(bob, "ListUsers"); // the boundary allows it
        Assert.Contains("because no permissions boundary allows the iam:CreateUser action", (await server.IamRefusedAsync(bob, "CreateUser", ("UserName", "eve"))).Message, StringComparison.Ordinal);
        Assert.Equal("AccessDenied", (await server.IamRefusedAsync(bob, "DeleteUserPermissionsBoundary", ("UserName", "bob"))).Code);
    }

    [Theory]
    [InlineData("CreateUser UserName=eve Path=/team/")] // without a boundary
    [InlineData("CreateUser UserName=eve Path=/team/ PermissionsBoundary=arn:aws:iam::aws:policy/AdministratorAccess")] // with a wider one
    [InlineData("DeleteUserPermissionsBoundary UserName=bounded")] // off again
    [InlineData("PutUserPermissionsBoundary UserName=bounded PermissionsBoundary=arn:aws:iam::aws:policy/AdministratorAccess")] // exchanged
    [InlineData("PutUserPolicy UserName=free PolicyName=all PolicyDocument=" + AllowAll)] // by way of somebody who has none
    [InlineData("AttachUserPolicy UserName=free PolicyArn=arn:aws:iam::aws:policy/AdministratorAccess")]
    [InlineData("PutUserPolicy UserName=admin PolicyName=all PolicyDocument=" + AllowAll)] // for itself
    [InlineData("CreateAccessKey UserName=free")] // as somebody else, outside its path
    [InlineData("UpdateUser UserName=free NewPath=/team/")] // who is moved into its path
    [InlineData("UpdateUser UserName=bounded NewPath=/")] // or out of it
    [InlineData("CreatePolicyVersion PolicyArn=arn:aws:iam::111122223333:policy/limit SetAsDefault=true PolicyDocument=" + AllowAll)] // the boundary itself
    [InlineData("CreateUser UserName=eve Path=/other/ PermissionsBoundary=arn:aws:iam::111122223333:policy/limit Tags.member.1.Key=role Tags.member.1.Value=admin")] // with tags it may not give there
    [InlineData("CreateAccessKey UserName=nobody")] // who does not exist is refused in the same way
    public async Task The_ways_around_it_are_closed(string call)
    {
        await using var server = await ServerHarness.StartAsync();
        var admin = await StartAsync(server);
        await server.IamAsync("CreateUser", ("UserName", "free"));
        await server.IamAsync("CreateUser", ("UserName", "bounded"), ("Path", "/team/"), ("PermissionsBoundary", Limit));
        var before = Users(server);
        var words = call.Split(' ');
        var refused = await server.IamRefusedAsync(admin, words[0], [.. words[1..].Select(word => (word[..word.IndexOf('=', StringComparison.Ordinal)], word[(word.IndexOf('=', StringComparison.Ordinal) + 1)..]))]);
        Assert.Equal((403, "AccessDenied"), (refused.Status, refused.Code));
        Assert.Equal(before, Users(server));
    }

    [Fact]
    public async Task A_caller_that_may_not_look_learns_neither_existence_nor_path()
    {
        await using var server = await ServerHarness.StartAsync();
        var nosy = await server.UserAsync("nosy");
        await server.IamAsync("CreateUser", ("UserName", "target"), ("Path", "/secret/"));
        await server.IamAsync("CreateGroup", ("GroupName", "target"), ("Path", "/secret/"));
        await server.IamAsync("CreateRole", ("RoleName", "target"), ("Path", "/secret/"), ("AssumeRolePolicyDocument", TrustAccount));
        foreach (var kind in new[] { "User", "Group", "Role" })
        {
            var there = await server.IamRefusedAsync(nosy, "Get" + kind, (kind + "Name", "target"));
            var missing = await server.IamRefusedAsync(nosy, "Get" + kind, (kind + "Name", "nobody"));
            Assert.Equal(there.ToString(), missing.ToString().Replace("nobody", "target", StringComparison.Ordinal));
            Assert.Equal($"403 AccessDenied: User: arn:aws:iam::111122223333:user/nosy is not authorized to perform: iam:Get{kind} on resource: {kind.ToLowerInvariant()} target because no identity-based policy allows the iam:Get{kind} action", there.ToString());
        }
    }

    [Fact]
    public async Task Conditions_see_the_policy_that_is_attached_the_tags_of_the_request_and_those_of_the_user()
    {
        await using var server = await ServerHarness.StartAsync();
        var admin = await server.UserAsync("admin", """
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Action":"iam:AttachUserPolicy","Resource":"*","Condition":{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/IAMReadOnlyAccess"}}},
              {"Effect":"Allow","Action":"iam:DeleteUser","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/owner":"${aws:username}"}}},
              {"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"StringEquals":{"iam:ResourceTag/owner":"admin"}}},
              {"Effect":"Allow","Action":["iam:CreateUser","iam:TagUser"],"Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/owner":"admin"},"ForAllValues:StringEquals":{"aws:TagKeys":"owner"}}}]}
            """);
        (string, string)[] mine = [("Tags.member.1.Key", "owner"), ("Tags.member.1.Value", "admin")];
        await server.IamAsync(admin, "CreateUser", [("UserName", "own"), .. mine]);
        await server.IamAsync("CreateUser", ("UserName", "other"));
        await server.IamAsync(admin, "AttachUserPolicy", ("UserName", "other"), ("PolicyArn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"));
        await server.IamAsync(admin, "GetUser", ("UserName", "own"));
        foreach (var (action, parameters) in new (string, (string, string)[])[]
        {
            ("CreateUser", [("UserName", "x")]),
            ("CreateUser", [("UserName", "x"), .. mine, ("Tags.member.2.Key", "more"), ("Tags.member.2.Value", "1")]),
            ("TagUser", [("UserName", "other"), ("Tags.member.1.Key", "owner"), ("Tags.member.1.Value", "somebody")]),
            ("AttachUserPolicy", [("UserName", "other"), ("PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess")]),
            ("DeleteUser", [("UserName", "other")]),
            ("GetUser", [("UserName", "other")]),
        })
        {
            Assert.Equal("AccessDenied", (await server.IamRefusedAsync(admin, action, parameters)).Code);
        }

        await server.IamAsync(admin, "DeleteUser", ("UserName", "own"));
    }

    private static string Users(ServerHarness server) => string.Join('\n', server.Server.Store.View.ListUsers("111122223333")
        .Select(user => $"{user.Arn} bounded by {user.BoundaryArn}, with {string.Join(' ', user.InlinePolicies.Keys)} {string.Join(' ', user.AttachedPolicies)}"));

    private static async Task<AwsCredentials> StartAsync(ServerHarness server)
    {
        await server.PolicyAsync("limit", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["lightsail:*","iam:List*","iam:Get*"],"Resource":"*"}]}""");
        var admin = await server.UserAsync("admin");
        await server.IamAsync("AttachUserPolicy", ("UserName", "admin"), ("PolicyArn", await server.PolicyAsync("delegated", Delegated)));
        return admin;
    }
}
