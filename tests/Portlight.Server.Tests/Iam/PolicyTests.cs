using Portlight.TestKit;
using static Portlight.Server.Tests.Iam.IamCalls;

namespace Portlight.Server.Tests.Iam;

/// <summary>Inline, attached and managed policies.</summary>
public sealed class PolicyTests
{
    [Theory]
    [InlineData("User", 2048)]
    [InlineData("Group", 5120)]
    [InlineData("Role", 10240)]
    public async Task Inline_policies_are_put_read_listed_and_deleted_on_users_groups_and_roles_alike(string kind, int size)
    {
        await using var server = await ServerHarness.StartAsync();
        await CreateAsync(server, kind);
        var name = (kind + "Name", "one");
        var document = "{\r\n  \"Version\": \"2012-10-17\",\t\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"iam:*\", \"Resource\": \"*\"}\n}";
        await server.IamAsync($"Put{kind}Policy", name, ("PolicyName", "b"), ("PolicyDocument", document));
        await server.IamAsync($"Put{kind}Policy", name, ("PolicyName", "a"), ("PolicyDocument", AllowAll));
        var read = await server.IamAsync($"Get{kind}Policy", name, ("PolicyName", "b"));
        Assert.Equal(($"{kind}Name,PolicyName,PolicyDocument", Uri.EscapeDataString(document)), (read.Members, read.Text("PolicyDocument")));
        Assert.Equal("a b", (await server.IamAsync($"List{kind}Policies", name)).Texts("PolicyNames"));

        var malformed = await server.IamRefusedAsync($"Put{kind}Policy", name, ("PolicyName", "c"), ("PolicyDocument", """{"Version":"2012-10-17","Statement":[{"Effect":"Maybe","Action":"iam:*"}]}"""));
        Assert.Equal((400, "MalformedPolicyDocument"), (malformed.Status, malformed.Code));
        Assert.Contains("Statement[0].Effect: ", malformed.Message, StringComparison.Ordinal);
        Assert.Contains("; Statement[0]: ", malformed.Message, StringComparison.Ordinal); // every problem, not the first

        var sid = new string('x', size - Allow("iam:*").Length - AllowAll.Length - document.Count(character => !char.IsWhiteSpace(character)) - "\"Sid\":\"\",".Length);
        var filling = Allow("iam:*").Replace("{\"Effect\"", $"{{\"Sid\":\"{sid}\",\"Effect\"", StringComparison.Ordinal);
        await server.IamAsync($"Put{kind}Policy", name, ("PolicyName", "c"), ("PolicyDocument", "  " + filling.Replace(",", " , ", StringComparison.Ordinal)));
        var full = await server.IamRefusedAsync($"Put{kind}Policy", name, ("PolicyName", "c"), ("PolicyDocument", filling.Replace(sid, sid + "x", StringComparison.Ordinal)));
        Assert.Equal($"409 LimitExceeded: Maximum policy size of {size} bytes exceeded for {kind.ToLowerInvariant()} one", full.ToString());

        await server.IamAsync($"Delete{kind}Policy", name, ("PolicyName", "b"));
        Assert.Equal($"404 NoSuchEntity: The {kind.ToLowerInvariant()} policy with name b cannot be found.", (await server.IamRefusedAsync($"Get{kind}Policy", name, ("PolicyName", "b"))).ToString());
        Assert.Equal("NoSuchEntity", (await server.IamRefusedAsync($"Delete{kind}Policy", name, ("PolicyName", "b"))).Code);
        Assert.Equal($"404 NoSuchEntity: The {kind.ToLowerInvariant()} with name two cannot be found.", (await server.IamRefusedAsync($"List{kind}Policies", (kind + "Name", "two"))).ToString());
    }

    [Theory]
    [InlineData("User")]
    [InlineData("Group")]
    [InlineData("Role")]
    public async Task Managed_policies_are_attached_listed_and_detached_on_users_groups_and_roles_alike(string kind)
    {
        await using var server = await ServerHarness.StartAsync();
        await CreateAsync(server, kind);
        var name = (kind + "Name", "one");
        const string BuiltIn = "arn:aws:iam::aws:policy/AdministratorAccess";
        var own = await server.PolicyAsync("own");
        foreach (var arn in new[] { own, BuiltIn, own })
        {
            await server.IamAsync($"Attach{kind}Policy", name, ("PolicyArn", arn));
        }

        var attached = await server.IamAsync($"ListAttached{kind}Policies", name);
        Assert.Equal(("own AdministratorAccess", $"{own} {BuiltIn}"), (attached.Each("AttachedPolicies", "PolicyName"), attached.Each("AttachedPolicies", "PolicyArn")));
        Assert.Equal("1", (await server.IamAsync("GetPolicy", ("PolicyArn", own)))["Policy"].Text("AttachmentCount"));
        var holders = await server.IamAsync("ListEntitiesForPolicy", ("PolicyArn", own));
        Assert.Equal("one", holders.Each($"Policy{kind}s", kind + "Name"));
        Assert.Equal("PolicyGroups,PolicyUsers,PolicyRoles,IsTruncated", holders.Members);
        Assert.Equal("409 DeleteConflict: Cannot delete a policy attached to entities.", (await server.IamRefusedAsync("DeletePolicy", ("PolicyArn", own))).ToString());
        Assert.Equal("409 DeleteConflict: Cannot delete entity, must detach all policies first.", (await server.IamRefusedAsync($"Delete{kind}", name)).ToString());

        for (var i = 0; i < 8; i++)
        {
            await server.IamAsync($"Attach{kind}Policy", name, ("PolicyArn", await server.PolicyAsync($"p{i}")));
        }

        Assert.Equal($"409 LimitExceeded: Cannot exceed quota for PoliciesPer{kind}: 10", (await server.IamRefusedAsync($"Attach{kind}Policy", name, ("PolicyArn", await server.PolicyAsync("p9")))).ToString());
        Assert.Equal("404 NoSuchEntity: Policy arn:aws:iam::111122223333:policy/none does not exist or is not attachable.", (await server.IamRefusedAsync($"Attach{kind}Policy", name, ("PolicyArn", "arn:aws:iam::111122223333:policy/none"))).ToString());
        await server.IamAsync($"Detach{kind}Policy", name, ("PolicyArn", own));
        Assert.Equal($"404 NoSuchEntity: Policy {own} was not found.", (await server.IamRefusedAsync($"Detach{kind}Policy", name, ("PolicyArn", own))).ToString());
        await server.IamAsync("DeletePolicy", ("PolicyArn", own));
    }

    [Fact]
    public async Task A_managed_policy_is_made_shown_and_listed_as_IAM_shows_it()
    {
        await using var server = await ServerHarness.StartAsync();
        var made = await server.IamAsync(
            "CreatePolicy", ("PolicyName", "ports"), ("Path", "/team/"), ("Description", "only 443\nand no more"), ("PolicyDocument", AllowAll), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "edge"));
        var arn = made["Policy"].Text("Arn");
        var answers = new[]
        {
            made,
            await server.IamAsync("GetPolicy", ("PolicyArn", arn)),
            await server.IamAsync("ListPolicies", ("Scope", "Local")),
            await server.IamAsync("CreatePolicyVersion", ("PolicyArn", arn), ("PolicyDocument", AllowAll)),
            await server.IamAsync("GetPolicyVersion", ("PolicyArn", arn), ("VersionId", "v2")),
            await server.IamAsync("ListPolicyVersions", ("PolicyArn", arn)),
            await server.IamAsync("GetPolicy", ("PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess")),
        };
        Golden.Match("policy.xml", string.Join("\n\n", answers.Select(answer => UserTests.Steady(answer.Raw))) + "\n");
    }

    [Fact]
    public async Task Five_versions_at_most_one_of_which_holds_and_numbers_are_not_used_again()
    {
        await using var server = await ServerHarness.StartAsync();
        var arn = await server.PolicyAsync("p", Allow("iam:ListUsers"));
        var alice = await server.UserAsync("alice");
        await server.IamAsync("AttachUserPolicy", ("UserName", "alice"), ("PolicyArn", arn));
        await server.IamAsync(alice, "ListUsers");
        Assert.Equal("v2", (await VersionAsync(server, arn, "true"))["PolicyVersion"].Text("VersionId"));
        Assert.Equal("AccessDenied", (await server.IamRefusedAsync(alice, "ListUsers")).Code); // v2 holds, and allows groups
        await server.IamAsync("SetDefaultPolicyVersion", ("PolicyArn", arn), ("VersionId", "v1"));
        await server.IamAsync(alice, "ListUsers");

        await server.IamAsync("DeletePolicyVersion", ("PolicyArn", arn), ("VersionId", "v2"));
        foreach (var expected in new[] { "v3", "v4", "v5", "v6" })
        {
            var version = (await VersionAsync(server, arn, "false"))["PolicyVersion"];
            Assert.Equal((expected, "false"), (version.Text("VersionId"), version.Text("IsDefaultVersion")));
        }

        Assert.Equal("409 LimitExceeded: A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.", (await server.IamRefusedAsync("CreatePolicyVersion", ("PolicyArn", arn), ("PolicyDocument", AllowAll))).ToString());
        Assert.Equal("v6 v5 v4 v3 v1", (await server.IamAsync("ListPolicyVersions", ("PolicyArn", arn))).Each("Versions", "VersionId"));
        Assert.Equal("409 DeleteConflict: Cannot delete the default version of a policy.", (await server.IamRefusedAsync("DeletePolicyVersion", ("PolicyArn", arn), ("VersionId", "v1"))).ToString());
        Assert.Equal($"404 NoSuchEntity: Policy {arn} version v2 does not exist or is not attachable.", (await server.IamRefusedAsync("GetPolicyVersion", ("PolicyArn", arn), ("VersionId", "v2"))).ToString());
        await server.IamAsync("DetachUserPolicy", ("UserName", "alice"), ("PolicyArn", arn));
        Assert.StartsWith("409 DeleteConflict: This policy has more than one version.", (await server.IamRefusedAsync("DeletePolicy", ("PolicyArn", arn))).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_are_listed_by_scope_path_and_use()
    {
        await using var server = await ServerHarness.StartAsync();
        var limit = await server.PolicyAsync("limit");
        await server.IamAsync("CreatePolicy", ("PolicyName", "Deep"), ("Path", "/a/b/"), ("PolicyDocument", AllowAll));
        await server.IamAsync("CreateUser", ("UserName", "alice"), ("PermissionsBoundary", limit));
        await server.IamAsync("AttachUserPolicy", ("UserName", "alice"), ("PolicyArn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"));
        Assert.Equal("Deep limit", await NamesAsync(server, ("Scope", "Local")));
        Assert.Equal("AdministratorAccess IAMFullAccess IAMReadOnlyAccess", await NamesAsync(server, ("Scope", "AWS")));
        Assert.Equal("Deep limit AdministratorAccess IAMFullAccess IAMReadOnlyAccess", await NamesAsync(server));
        Assert.Equal("Deep", await NamesAsync(server, ("PathPrefix", "/a/")));
        Assert.Equal("IAMReadOnlyAccess", await NamesAsync(server, ("OnlyAttached", "true")));
        Assert.Equal("IAMReadOnlyAccess", await NamesAsync(server, ("PolicyUsageFilter", "PermissionsPolicy")));
        Assert.Equal("limit", await NamesAsync(server, ("PolicyUsageFilter", "PermissionsBoundary")));
        Assert.Equal("alice", (await server.IamAsync("ListEntitiesForPolicy", ("PolicyArn", limit), ("PolicyUsageFilter", "PermissionsBoundary"))).Each("PolicyUsers", "UserName"));
        Assert.Empty((await server.IamAsync("ListEntitiesForPolicy", ("PolicyArn", limit), ("PolicyUsageFilter", "PermissionsPolicy"))).List("PolicyUsers"));
        Assert.Empty((await server.IamAsync("ListEntitiesForPolicy", ("PolicyArn", limit), ("EntityFilter", "Role"))).List("PolicyUsers"));
    }

    [Theory]
    [InlineData("DeletePolicy")]
    [InlineData("CreatePolicyVersion PolicyDocument=" + AllowAll)]
    [InlineData("DeletePolicyVersion VersionId=v1")]
    [InlineData("SetDefaultPolicyVersion VersionId=v1")]
    [InlineData("TagPolicy Tags.member.1.Key=a Tags.member.1.Value=b")]
    [InlineData("UntagPolicy TagKeys.member.1=a")]
    public async Task AWSs_own_policies_cannot_be_changed_by_anybody(string call)
    {
        await using var server = await ServerHarness.StartAsync();
        var words = call.Split(' ');
        var refused = await server.IamRefusedAsync(words[0], [("PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess"), .. words[1..].Select(word => (word.Split('=')[0], word.Split('=')[1]))]);
        Assert.Equal((403, "AccessDenied"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task A_policy_has_a_name_of_its_own_and_6144_characters_at_most()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.PolicyAsync("p");
        Assert.Equal("409 EntityAlreadyExists: A policy called P already exists. Duplicate names are not allowed.", (await server.IamRefusedAsync("CreatePolicy", ("PolicyName", "P"), ("PolicyDocument", AllowAll))).ToString());
        var padded = Allow("iam:*").Replace("{\"Effect\"", $"{{\"Sid\":\"{new string('x', 6144)}\",\"Effect\"", StringComparison.Ordinal);
        Assert.Equal("409 LimitExceeded: Cannot exceed quota for PolicySize: 6144", (await server.IamRefusedAsync("CreatePolicy", ("PolicyName", "q"), ("PolicyDocument", padded))).ToString());
        Assert.Equal("ValidationError", (await server.IamRefusedAsync("CreatePolicy", ("PolicyName", "q"), ("PolicyDocument", AllowAll), ("Description", "\u0001"))).Code);
        Assert.Equal("404 NoSuchEntity: Policy arn:aws:iam::444455556666:policy/p was not found.", (await server.IamRefusedAsync("GetPolicy", ("PolicyArn", "arn:aws:iam::444455556666:policy/p"))).ToString());
        Assert.Equal("NoSuchEntity", (await server.IamRefusedAsync("GetPolicy", ("PolicyArn", "arn:aws:iam::111122223333:policy/other/p"))).Code);
    }

    private static Task CreateAsync(ServerHarness server, string kind) => kind == "Role"
        ? server.IamAsync("CreateRole", ("RoleName", "one"), ("AssumeRolePolicyDocument", TrustAccount))
        : server.IamAsync("Create" + kind, (kind + "Name", "one"));

    private static Task<IamAnswer> VersionAsync(ServerHarness server, string arn, string isDefault) =>
        server.IamAsync("CreatePolicyVersion", ("PolicyArn", arn), ("PolicyDocument", Allow("iam:ListGroups")), ("SetAsDefault", isDefault));

    private static async Task<string> NamesAsync(ServerHarness server, params (string, string)[] filter) => (await server.IamAsync("ListPolicies", filter)).Each("Policies", "PolicyName");

    [Fact]
    public async Task A_condition_key_a_value_or_an_action_of_Portlight_that_there_is_not_is_refused_wherever_a_policy_is_put()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateUser", ("UserName", "alice"));
        await server.IamAsync("CreateRole", ("RoleName", "deploy"), ("AssumeRolePolicyDocument", IamCalls.TrustAccount));
        await server.IamAsync("CreateGroup", ("GroupName", "web"));
        var arn = await server.PolicyAsync("guard");
        var misspelt = IamCalls.Allow("lightsail:*", condition: """{"StringEquals":{"portlight:Protocl":"tcp"}}""");
        var misspeltTrust = IamCalls.TrustAccount.Replace("\"sts:AssumeRole\"", "\"sts:AssumeRole\",\"Condition\":{\"StringEquals\":{\"portlight:Protocl\":\"tcp\"}}", StringComparison.Ordinal);
        const string message = "400 MalformedPolicyDocument: Statement[0]: `portlight:Protocl` is not a condition key: did you mean `portlight:Protocol`?";

        Assert.Equal(message, (await server.IamRefusedAsync("PutUserPolicy", ("UserName", "alice"), ("PolicyName", "p"), ("PolicyDocument", misspelt))).ToString());
        Assert.Equal(message, (await server.IamRefusedAsync("PutGroupPolicy", ("GroupName", "web"), ("PolicyName", "p"), ("PolicyDocument", misspelt))).ToString());
        Assert.Equal(message, (await server.IamRefusedAsync("PutRolePolicy", ("RoleName", "deploy"), ("PolicyName", "p"), ("PolicyDocument", misspelt))).ToString());
        Assert.Equal(message, (await server.IamRefusedAsync("CreatePolicy", ("PolicyName", "p"), ("PolicyDocument", misspelt))).ToString());
        Assert.Equal(message, (await server.IamRefusedAsync("CreatePolicyVersion", ("PolicyArn", arn), ("PolicyDocument", misspelt))).ToString());
        Assert.Equal(message, (await server.IamRefusedAsync("CreateRole", ("RoleName", "other"), ("AssumeRolePolicyDocument", misspeltTrust))).ToString());
        Assert.Equal(message, (await server.IamRefusedAsync("UpdateAssumeRolePolicy", ("RoleName", "deploy"), ("PolicyDocument", misspeltTrust))).ToString());

        Assert.Equal(
            "400 MalformedPolicyDocument: Statement[0]: `portlight:Protocol` is never `TCP`: its values are `tcp`, `udp`, `icmp`, `icmpv6`, `all`; Statement[0]: `portlight:Change` is never `open`: its values are `opens`, `keeps`",
            (await server.IamRefusedAsync(
                "CreatePolicy", ("PolicyName", "p"), ("PolicyDocument", IamCalls.Allow("lightsail:*", condition: """{"StringEquals":{"portlight:Protocol":["tcp","TCP"],"portlight:Change":"open"}}""")))).ToString());
        Assert.Equal(
            "400 MalformedPolicyDocument: Statement[0]: `portlight:detachinstanc` is not an action: did you mean `portlight:DetachInstance`?",
            (await server.IamRefusedAsync("PutUserPolicy", ("UserName", "alice"), ("PolicyName", "p"), ("PolicyDocument", IamCalls.Allow("portlight:DetachInstanc")))).ToString());
    }
}
