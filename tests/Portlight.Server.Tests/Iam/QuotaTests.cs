using Portlight.Domain;
using Portlight.TestKit;
using static Portlight.Server.Tests.Iam.IamCalls;

namespace Portlight.Server.Tests.Iam;

/// <summary>How many identities an account may have: the service's numbers for a new account.</summary>
public sealed class QuotaTests
{
    [Theory]
    [InlineData("User", 5000)]
    [InlineData("Group", 300)]
    [InlineData("Role", 1000)]
    [InlineData("Policy", 1500)]
    public async Task An_account_has_so_many_and_not_one_more(string kind, int quota)
    {
        await using var server = await ServerHarness.StartAsync();
        var (account, now) = (server.Scope.AccountId, server.Clock.GetUtcNow());
        await server.Server.Store.SaveAsync((_, changes) =>
        {
            for (var i = 1; i < quota; i++)
            {
                var (name, number) = ($"n{i:D4}", $"{i:D17}");
                switch (kind)
                {
                    case "User":
                        changes.Save(new User { AccountId = account, Name = name, Path = "/", Id = "AIDA" + number, CreatedAt = now });
                        break;
                    case "Group":
                        changes.Save(new Group { AccountId = account, Name = name, Path = "/", Id = "AGPA" + number, CreatedAt = now });
                        break;
                    case "Role":
                        changes.Save(new Role { AccountId = account, Name = name, Path = "/", Id = "AROA" + number, CreatedAt = now, TrustPolicy = TrustAccount });
                        break;
                    default:
                        changes.Save(new ManagedPolicy
                        {
                            AccountId = account,
                            Name = name,
                            Path = "/",
                            Id = "ANPA" + number,
                            CreatedAt = now,
                            UpdatedAt = now,
                            Versions = [new ManagedPolicyVersion(1, AllowAll, now)],
                            DefaultVersion = 1,
                            LastVersion = 1,
                        });
                        break;
                }
            }

            return true;
        }, TestContext.Current.CancellationToken);
        (string, string)[] document = kind switch { "Role" => [("AssumeRolePolicyDocument", TrustAccount)], "Policy" => [("PolicyDocument", AllowAll)], _ => [] };

        await server.IamAsync("Create" + kind, [(kind + "Name", "last"), .. document]);
        var refused = await server.IamRefusedAsync("Create" + kind, [(kind + "Name", "one-more"), .. document]);

        Assert.Equal($"409 LimitExceeded: Cannot exceed quota for {(kind == "Policy" ? "Policies" : kind + "s")}PerAccount: {quota}", refused.ToString());
    }

    [Theory]
    [InlineData("User")]
    [InlineData("Role")]
    [InlineData("Policy")]
    public async Task To_create_with_tags_takes_the_permission_to_tag_too(string kind)
    {
        await using var server = await ServerHarness.StartAsync();
        var creator = await server.UserAsync("creator", Allow($"iam:Create{kind}"));
        (string, string)[] document = kind switch { "Role" => [("AssumeRolePolicyDocument", TrustAccount)], "Policy" => [("PolicyDocument", AllowAll)], _ => [] };

        await server.IamAsync(creator, "Create" + kind, [(kind + "Name", "bare"), .. document]);
        var refused = await server.IamRefusedAsync(creator, "Create" + kind, [(kind + "Name", "tagged"), .. document, ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "web")]);

        Assert.Equal((403, "AccessDenied"), (refused.Status, refused.Code));
        Assert.Contains($" is not authorized to perform: iam:Tag{kind} on resource: ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("User", "user/ops/")]
    [InlineData("Group", "group/ops/")]
    public async Task To_rename_takes_the_permission_on_what_it_is_and_on_what_it_becomes(string kind, string within)
    {
        await using var server = await ServerHarness.StartAsync();
        var renamer = await server.UserAsync("renamer", Allow($"iam:Update{kind}", $"arn:aws:iam::111122223333:{within}*"));
        await server.IamAsync("Create" + kind, (kind + "Name", "inside"), ("Path", "/ops/"));
        await server.IamAsync("Create" + kind, (kind + "Name", "outside"), ("Path", "/"));

        await server.IamAsync(renamer, "Update" + kind, (kind + "Name", "inside"), ($"New{kind}Name", "renamed"));
        foreach (var (name, path) in new[] { ("renamed", "/"), ("outside", "/ops/") })
        {
            Assert.Equal("AccessDenied", (await server.IamRefusedAsync(renamer, "Update" + kind, (kind + "Name", name), ("NewPath", path))).Code);
        }
    }

    [Fact]
    public async Task A_policy_is_updated_by_a_new_version_and_by_another_default()
    {
        await using var server = await ServerHarness.StartAsync();
        var arn = await server.PolicyAsync("p");
        Assert.Equal("2026-11-22T12:00:00Z", await UpdatedAsync());
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await server.IamAsync("CreatePolicyVersion", ("PolicyArn", arn), ("PolicyDocument", AllowAll));
        Assert.Equal("2026-11-22T12:01:00Z", await UpdatedAsync());
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await server.IamAsync("SetDefaultPolicyVersion", ("PolicyArn", arn), ("VersionId", "v2"));
        Assert.Equal("2026-11-22T12:02:00Z", await UpdatedAsync());
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await server.IamAsync("TagPolicy", ("PolicyArn", arn), ("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "b"));
        Assert.Equal("2026-11-22T12:02:00Z", await UpdatedAsync());

        async Task<string> UpdatedAsync() => (await server.IamAsync("GetPolicy", ("PolicyArn", arn)))["Policy"].Text("UpdateDate");
    }

    [Theory]
    [InlineData("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}""")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}""")]
    [InlineData("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}""")]
    [InlineData("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity"}]}""")]
    public async Task A_trust_policy_is_shown_as_it_was_put(string document)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateRole", ("RoleName", "r"), ("AssumeRolePolicyDocument", document));
        Assert.Equal(document, Uri.UnescapeDataString((await server.IamAsync("GetRole", ("RoleName", "r")))["Role"].Text("AssumeRolePolicyDocument")));
    }

    [Fact]
    public async Task What_nobody_has_cannot_be_made()
    {
        await using var server = await ServerHarness.StartAsync();
        foreach (var action in new[]
        {
            "CreateLoginProfile", "CreateVirtualMFADevice", "EnableMFADevice", "UploadSigningCertificate", "UploadServerCertificate", "UploadSSHPublicKey", "CreateServiceSpecificCredential", "CreateInstanceProfile", "CreateAccountAlias",
        })
        {
            Assert.Equal($"400 InvalidAction: Could not find operation {action} for version 2010-05-08", (await server.IamRefusedAsync(action, ("UserName", "alice"))).ToString());
        }
    }
}
