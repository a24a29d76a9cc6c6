namespace Portlight.Server.Tests.Access;

/// <summary>What a user may, over HTTP: tags, boundaries, other rows in between, and what a refusal tells.</summary>
public sealed class PermissionTests
{
    private const string AllowByTag = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"web"}}}]}""";
    private const string Put = """{"instanceName":"web-1","portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp"}]}""";

    [Fact]
    public async Task A_user_without_policies_may_nothing_and_is_told_in_the_words_of_the_service()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1");
        var alice = await server.AddUserAsync("alice", []);
        var looker = await server.AddUserAsync("looker", [Identities.LookAtEverything]);

        Assert.Equal(
            "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: lightsail:GetRegions on resource: arn:aws:lightsail:us-east-1:111122223333:* "
            + "because no identity-based policy allows the lightsail:GetRegions action",
            (await server.AskAsync(alice, "GetRegions")).Message);
        Assert.Equal(
            $"User: arn:aws:iam::111122223333:user/looker is not authorized to perform: lightsail:PutInstancePublicPorts on resource: {instance.Arn} "
            + "because no identity-based policy allows the lightsail:PutInstancePublicPorts action",
            (await server.AskAsync(looker, "PutInstancePublicPorts", Put)).Message);
    }

    [Fact]
    public async Task A_resource_tag_opens_an_instance_as_it_is_now_and_tag_keys_have_no_case_in_policies()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var alice = await server.AddUserAsync("alice", [AllowByTag]);

        Assert.False((await server.AskAsync(alice, "PutInstancePublicPorts", Put)).IsOk);
        await server.TagAsync("web-1", "Team", "web");
        Assert.True((await server.AskAsync(alice, "PutInstancePublicPorts", Put)).IsOk);
        await server.TagAsync("web-1", "Team", "db");
        Assert.False((await server.AskAsync(alice, "PutInstancePublicPorts", Put)).IsOk);
    }

    [Fact]
    public async Task A_changed_policy_holds_for_the_next_request()
    {
        await using var server = await ServerHarness.StartAsync();
        var arn = await server.AddPolicyAsync("look", Identities.LookAtEverything);
        var alice = await server.AddUserAsync("alice", [], user => user with { AttachedPolicies = [arn] });
        Assert.True((await server.AskAsync(alice, "GetRegions")).IsOk);

        await server.AddPolicyAsync("look", """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}""");

        Assert.EndsWith("with an explicit deny in an identity-based policy", (await server.AskAsync(alice, "GetRegions")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Conditions_see_the_first_1024_characters_of_the_user_agent()
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.AddUserAsync("alice", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:UserAgent":"*end"}}}]}"""]);

        Assert.Equal(200, await StatusAsync(1_021));
        Assert.Equal(400, await StatusAsync(1_022));

        async Task<int> StatusAsync(int before)
        {
            using var request = server.Request("Lightsail_20161128.GetRegions", "{}"u8.ToArray(), alice);
            request.Headers.TryAddWithoutValidation("User-Agent", new string('x', before) + "end");
            using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
            return (int)answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_boundary_narrows_and_is_named()
    {
        await using var server = await ServerHarness.StartAsync();
        var arn = await server.AddPolicyAsync("only-look", Identities.LookAtEverything);
        var alice = await server.AddUserAsync("alice", [], user => user with { AttachedPolicies = ["arn:aws:iam::aws:policy/AdministratorAccess"], BoundaryArn = arn });

        Assert.True((await server.AskAsync(alice, "GetRegions")).IsOk);
        var refused = await server.AskAsync(alice, "AllocateStaticIp", """{"staticIpName":"ip-1"}""");
        Assert.EndsWith("because no permissions boundary allows the lightsail:AllocateStaticIp action", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not a policy")]
    [InlineData("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"FromTheFuture":{"aws:username":"alice"}}}]}""")]
    public async Task A_policy_that_cannot_be_read_any_more_denies_everything(string document)
    {
        await using var server = await ServerHarness.StartAsync();
        var alice = await server.AddUserAsync("alice", [document], user => user with { AttachedPolicies = ["arn:aws:iam::aws:policy/AdministratorAccess"] });

        Assert.EndsWith("with an explicit deny in an identity-based policy", (await server.AskAsync(alice, "GetRegions")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_attached_policy_a_group_or_a_boundary_that_is_not_there_denies_everything()
    {
        await using var server = await ServerHarness.StartAsync();
        const string gone = "arn:aws:iam::111122223333:policy/gone";
        var alice = await server.AddUserAsync("alice", [Identities.LookAtEverything], user => user with { AttachedPolicies = [gone] });
        var bob = await server.AddUserAsync("bob", [Identities.LookAtEverything], user => user with { Groups = ["gone"] });
        var carol = await server.AddUserAsync("carol", [Identities.LookAtEverything], user => user with { BoundaryArn = gone });

        Assert.EndsWith("explicit deny in an identity-based policy", (await server.AskAsync(alice, "GetRegions")).Message, StringComparison.Ordinal);
        Assert.EndsWith("explicit deny in an identity-based policy", (await server.AskAsync(bob, "GetRegions")).Message, StringComparison.Ordinal);
        Assert.EndsWith("explicit deny in a permissions boundary", (await server.AskAsync(carol, "GetRegions")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PutInstancePublicPorts", Put)]
    [InlineData("OpenInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":443,"toPort":443,"protocol":"tcp"}}""")]
    [InlineData("CloseInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":22,"toPort":22,"protocol":"tcp"}}""")]
    [InlineData("DeleteInstance", """{"instanceName":"web-1"}""")]
    [InlineData("StopInstance", """{"instanceName":"web-1"}""")]
    [InlineData("GetInstanceAccessDetails", """{"instanceName":"web-1"}""")]
    [InlineData("TagResource", """{"resourceName":"web-1","tags":[{"key":"team","value":"web"}]}""")]
    [InlineData("AttachStaticIp", """{"staticIpName":"ip-1","instanceName":"web-1"}""")]
    public async Task A_caller_that_may_not_look_cannot_learn_whether_an_instance_exists(string operation, string body)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.SendAsync("AllocateStaticIp", """{"staticIpName":"ip-1"}""");
        var users = new[]
        {
            await server.AddUserAsync("none", []),
            await server.AddUserAsync("bytag", [AllowByTag]),
            await server.AddUserAsync("denied", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:*","Resource":"*"},{"Effect":"Deny","Action":"lightsail:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/secret":"yes"}}},{"Effect":"Deny","Action":"lightsail:GetInstance","Resource":"*"}]}"""]),
        };
        var before = new List<Answered>();
        foreach (var user in users)
        {
            before.Add(await server.AskAsync(user, operation, body));
        }

        await server.AddInstanceAsync("web-1");
        await server.TagAsync("web-1", "secret", "yes");

        for (var i = 0; i < users.Length; i++)
        {
            Assert.Equal(before[i], await server.AskAsync(users[i], operation, body));
        }
    }

    [Fact]
    public async Task A_caller_that_may_look_is_told_which_instance_it_may_not_touch()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1");
        var alice = await server.AddUserAsync("alice", [Identities.LookAtEverything]);

        Assert.Contains(instance.Arn, (await server.AskAsync(alice, "DeleteInstance", """{"instanceName":"web-1"}""")).Message, StringComparison.Ordinal);
        Assert.Contains("111122223333:Instance/* ", (await server.AskAsync(alice, "DeleteInstance", """{"instanceName":"web-2"}""")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task To_create_with_tags_needs_the_permission_to_tag_too()
    {
        await using var server = await ServerHarness.StartAsync();
        const string create = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["lightsail:CreateInstances","lightsail:CreateKeyPair"],"Resource":"*"}]}""";
        const string tag = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:TagResource","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}}]}""";
        var alice = await server.AddUserAsync("alice", [create]);
        var bob = await server.AddUserAsync("bob", [create, tag]);
        static string Body(string name, string key) => LightsailCalls.CreateBody(name, more: $$""","tags":[{"key":"{{key}}","value":"web"}]""");

        Assert.True((await server.AskAsync(alice, "CreateInstances", LightsailCalls.CreateBody("web-1"))).IsOk);
        Assert.Contains("lightsail:TagResource", (await server.AskAsync(alice, "CreateInstances", Body("web-2", "team"))).Message, StringComparison.Ordinal);
        Assert.True((await server.AskAsync(bob, "CreateInstances", Body("web-3", "team"))).IsOk);
        Assert.False((await server.AskAsync(bob, "CreateInstances", Body("web-4", "stage"))).IsOk);
        Assert.False((await server.AskAsync(alice, "CreateKeyPair", """{"keyPairName":"key-1","tags":[{"key":"team"}]}""")).IsOk);
    }

    [Fact]
    public async Task A_static_ip_and_an_instance_are_both_asked_about()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        await server.SendAsync("AllocateStaticIp", """{"staticIpName":"ip-1"}""");
        static string On(string type) => $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:AttachStaticIp","Resource":"arn:aws:lightsail:*:*:{{type}}/*"}]}""";
        var one = await server.AddUserAsync("one", [On("Instance")]);
        var other = await server.AddUserAsync("other", [On("StaticIp")]);
        var both = await server.AddUserAsync("both", [On("Instance"), On("StaticIp")]);
        const string body = """{"staticIpName":"ip-1","instanceName":"web-1"}""";

        Assert.False((await server.AskAsync(one, "AttachStaticIp", body)).IsOk);
        Assert.False((await server.AskAsync(other, "AttachStaticIp", body)).IsOk);
        Assert.True((await server.AskAsync(both, "AttachStaticIp", body)).IsOk);
    }
}
