using Portlight.Domain;
using Portlight.Server.Access;
using Portlight.Server.Operations;
using Portlight.Wire;
using static Portlight.Server.Tests.Iam.IamCalls;

namespace Portlight.Server.Tests.Tenants;

/// <summary>Decisions of all accounts run on one thread: nothing in them evaluates a policy, and nothing reads or writes without a bound.</summary>
public sealed class DecisionTests
{
    /// <summary>The guard that makes every other test of an operation a test of this: whoever calls, the root too, is not asked about inside a decision.</summary>
    [Fact]
    public async Task A_decision_that_would_evaluate_policies_fails()
    {
        await using var server = await ServerHarness.StartAsync();
        var call = Call(server);
        Authorization.Require(call, new AccessQuestion("lightsail:GetInstance", "*"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => server.Server.Store.CommitAsync(call, (_, _) =>
        {
            Authorization.Require(call, new AccessQuestion("lightsail:GetInstance", "*"));
            return true;
        }));
    }

    [Fact]
    public async Task What_changed_while_it_was_asked_about_is_asked_about_again_outside_and_decided_anew()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var call = Call(server);
        var asked = new List<bool>();
        var access = new ResourceAccess<Instance>(call, ResourceKinds.Instance, "web-1", (question, instance) =>
        {
            asked.Add(call.IsDeciding);
            return [question with { More = new Dictionary<string, string> { ["example:state"] = instance!.State.ToString() } }];
        });
        access.Require(server.Server.Store.View);
        await server.TagAsync("web-1", "team", "other");

        var decided = 0;
        var revision = await server.Server.Store.CommitAsync(call, (view, _) =>
        {
            decided++;
            return access.Require(view).Revision;
        });

        Assert.Equal([false, false], asked);
        Assert.Equal(1, decided - 1);
        Assert.Equal(server.Server.Store.Revision, revision);
    }

    [Fact]
    public async Task A_change_of_ports_alone_is_not_asked_about_again_where_only_the_tags_were_looked_at()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var call = Call(server);
        var asked = 0;
        var access = new ResourceAccess<Instance>(call, ResourceKinds.Instance, "web-1", (question, _) =>
        {
            asked++;
            return [question];
        });
        access.Require(server.Server.Store.View);
        await server.SendAsync("PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp"}]}""");

        await server.Server.Store.CommitAsync(call, (view, _) => access.Require(view));

        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task A_thing_that_changes_all_the_time_is_not_asked_about_without_end()
    {
        await using var server = await ServerHarness.StartAsync();
        var call = Call(server);
        Authorization.Require(call, new AccessQuestion("lightsail:GetInstance", "*"));
        var again = 0;

        await Assert.ThrowsAsync<ThrottlingException>(() => server.Server.Store.CommitAsync<bool>(call, (_, _) => throw new StaleAnswerException(_ => again++)));

        Assert.Equal(15, again);
    }

    [Fact]
    public async Task A_group_of_very_many_is_not_renamed_and_its_path_still_changes()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateGroup", ("GroupName", "many"));
        await server.Server.Store.CommitAsync((_, changes) =>
        {
            for (var i = 0; i < 101; i++)
            {
                changes.Save(new User { AccountId = server.Scope.AccountId, Name = $"u{i:D3}", Path = "/", Id = $"AIDA{i:D17}", CreatedAt = server.Clock.GetUtcNow(), Groups = ["many"] });
            }

            return true;
        }, TestContext.Current.CancellationToken);

        var refusal = await server.IamRefusedAsync("UpdateGroup", ("GroupName", "many"), ("NewGroupName", "more"));
        Assert.Equal(("LimitExceeded", 409), (refusal.Code, refusal.Status));
        await server.IamAsync("UpdateGroup", ("GroupName", "many"), ("NewPath", "/x/"));
        Assert.Equal("DeleteConflict", (await server.IamRefusedAsync("DeleteGroup", ("GroupName", "many"))).Code);
        await server.IamAsync("RemoveUserFromGroup", ("GroupName", "many"), ("UserName", "u007"));
        await server.IamAsync("UpdateGroup", ("GroupName", "many"), ("NewGroupName", "more"));
        Assert.Equal(100, (await server.IamAsync("GetGroup", ("GroupName", "more"), ("MaxItems", "1000"))).List("Users").Count);
        Assert.Equal("more", (await server.IamAsync("ListGroupsForUser", ("UserName", "u042"))).Each("Groups", "GroupName"));
    }

    [Fact]
    public async Task White_space_is_not_counted_by_quotas_and_bounded_all_the_same()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateUser", ("UserName", "alice"));
        string Padded(int blanks) => Allow("lightsail:*") + new string(' ', blanks);

        await server.IamAsync("PutUserPolicy", ("UserName", "alice"), ("PolicyName", "p"), ("PolicyDocument", Padded(7_900)));
        Assert.Equal("LimitExceeded", (await server.IamRefusedAsync("PutUserPolicy", ("UserName", "alice"), ("PolicyName", "q"), ("PolicyDocument", Padded(300)))).Code);
        Assert.Equal("LimitExceeded", (await server.IamRefusedAsync("CreatePolicy", ("PolicyName", "p"), ("PolicyDocument", Padded(25_000)))).Code);
        Assert.Equal("LimitExceeded", (await server.IamRefusedAsync("CreateRole", ("RoleName", "r"), ("AssumeRolePolicyDocument", TrustOfRoot + new string(' ', 8_200)))).Code);
    }

    [Fact]
    public async Task A_block_of_addresses_that_is_full_is_not_searched_whole()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { LabIpv4 = Cidr.Create(System.Net.Sockets.AddressFamily.InterNetwork, 0xC612_0000, 22), StaticIpQuota = 0 });
        await server.Server.Store.CommitAsync((_, changes) =>
        {
            for (var i = 0; i < 1_024; i++)
            {
                changes.Save(new StaticIp { Scope = server.Scope, Name = $"ip-{i}", Id = Guid.NewGuid(), CreatedAt = server.Clock.GetUtcNow(), Address = new System.Net.IPAddress([198, 18, (byte)(i >> 8), (byte)i]) });
            }

            return true;
        }, TestContext.Current.CancellationToken);

        var refused = await server.RefuseAsync("AllocateStaticIp", """{"staticIpName":"one-more"}""");

        Assert.Equal("nearly every address of 198.18.0.0/22 is in use, and no free one was found", refused.Message);
    }

    private const string TrustOfRoot = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}""";

    private static Call Call(ServerHarness server) => new()
    {
        RequestId = "r",
        Now = server.Clock.GetUtcNow(),
        Entry = server.Server.Operations.First(entry => entry.Name == "PutInstancePublicPorts"),
        Region = server.Scope.Region,
        Principal = new Principal { Type = PrincipalType.Account, AccountId = server.Scope.AccountId, AccessKeyId = "AKIA", Arn = "arn", UserId = "id" },
    };
}
