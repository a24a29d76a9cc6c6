using Portlight.Api;
using Portlight.Domain;
using Portlight.TestKit;
using static Portlight.Server.Tests.Iam.IamCalls;

namespace Portlight.Server.Tests.Tenants;

/// <summary>Writes of all accounts: what they rest on, and that none reads or writes without a bound.</summary>
public sealed class DecisionTests
{
    [Fact]
    public async Task What_is_written_rests_on_what_was_asked_about()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var call = Call(server);
        var asked = new List<string>();
        var access = new ResourceAccess<Instance>(call, ResourceKinds.Instance, "web-1", (question, instance) =>
        {
            asked.Add(string.Join(",", instance!.Tags.Keys));
            return [question];
        });

        var written = await server.Server.Store.WriteAsync(call, (view, changes) =>
        {
            var instance = access.Require(view);
            if (asked.Count == 1)
            {
                server.TagAsync("web-1", "team", "other").GetAwaiter().GetResult();
            }

            return changes.Save(instance with { State = InstanceState.Stopped });
        });

        Assert.Equal(["", "team"], asked);
        Assert.Single(call.Decisions);
        Assert.Equal(["team"], written.Result.Tags.Keys);
        Assert.Equal(server.Server.Store.Revision, written.Final(written.Result).Revision);
    }

    [Fact]
    public async Task Things_that_change_all_the_time_are_not_asked_about_without_end()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        await server.AddInstanceAsync("web-2");
        var call = Call(server);
        var access = new ResourceAccess<Instance>(call, ResourceKinds.Instance, "web-1");
        var prepared = 0;

        await Assert.ThrowsAsync<Storage.ConflictException>(() => server.Server.Store.WriteAsync(call, (view, changes) =>
        {
            var instance = access.Require(view);
            _ = view.FindInstance(server.Scope, "web-2");
            prepared++;

            // The first is kept for a write that is too late for it again and again.
            server.TagAsync(prepared <= 4 ? "web-1" : "web-2", "turn", $"{prepared}").GetAwaiter().GetResult();
            return changes.Save(instance with { State = InstanceState.Stopped });
        }));

        Assert.Equal(16, prepared);
        Assert.Equal(InstanceState.Running, server.Server.Store.View.FindInstance(server.Scope, "web-1")!.State);
    }

    [Fact]
    public async Task A_group_of_very_many_is_not_renamed_and_its_path_still_changes()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.IamAsync("CreateGroup", ("GroupName", "many"));
        await server.Server.Store.SaveAsync((_, changes) =>
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
        await server.Server.Store.SaveAsync((_, changes) =>
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
