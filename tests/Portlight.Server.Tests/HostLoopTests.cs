using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Lightsail;
using Portlight.Server.Tests.Audit;
using Portlight.TestKit;
using Portlight.TestKit.Network;

namespace Portlight.Server.Tests;

/// <summary>One path carries desired state to the kernel, whatever woke it.</summary>
public sealed class HostLoopTests
{
    [Fact]
    public async Task Drift_brings_back_what_is_stored()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1", Ports(22));
        await server.Server.Hosts.Local.ConfirmAsync(instance.Revision, TimeSpan.FromMinutes(1));
        var synchronised = server.Agent.Synchronised();

        server.Agent.Applied.Clear();
        server.Agent.Drift();
        await synchronised;

        Assert.Equal(Ports(22), server.Agent.Applied[instance.Index].Ports);
    }

    [Fact]
    public async Task Everything_is_compared_every_five_minutes_whatever_comes_between()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1", Ports(22));
        await server.Server.Hosts.Local.ConfirmAsync(instance.Revision, TimeSpan.FromMinutes(1));
        var synchronised = server.Agent.Synchronised();

        server.Clock.Advance(TimeSpan.FromMinutes(4));
        var revision = await server.Server.Store.SaveAsync((_, changes) => changes.Save(instance with { Ports = Ports(443) }).Revision, TestContext.Current.CancellationToken);
        await server.Server.Hosts.Local.ConfirmAsync(revision, TimeSpan.FromMinutes(1));
        Assert.False(synchronised.IsCompleted);

        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await synchronised.WaitAsync(TestKit.Network.Deadline.Span, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_agent_that_fails_in_whatever_way_is_asked_again_for_everything(bool inAWayItNames)
    {
        await using var server = await ServerHarness.StartAsync();
        server.Agent.FailOnce(inAWayItNames ? new AgentException("gone") : new InvalidOperationException("a fault of ours"));
        var synchronised = server.Agent.Synchronised();

        var instance = await server.AddInstanceAsync("web-1", Ports(22));
        await server.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => synchronised.IsCompleted, "the retry");

        await server.Server.Hosts.Local.ConfirmAsync(instance.Revision, TimeSpan.FromMinutes(1));
        Assert.Equal(Ports(22), server.Agent.Applied[instance.Index].Ports);
    }

    [Fact]
    public async Task Of_changes_that_were_joined_only_the_refused_one_is_reverted()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1", Ports(22));
        await server.Server.Hosts.Local.ConfirmAsync(instance.Revision, TimeSpan.FromMinutes(1));
        server.Agent.Refuse(wanted => wanted.Ports.Equals(Ports(443)) ? "refused" : null);
        var release = server.Agent.Hold();

        // The first is under way while the other two wait and are joined.
        var revisions = new List<long>();
        foreach (var port in new[] { 25, 80, 443 })
        {
            revisions.Add(await server.Server.Store.SaveAsync((view, changes) => changes.Save(view.FindInstance(server.Scope, "web-1")! with { Ports = Ports(port) }).Revision, TestContext.Current.CancellationToken));
        }

        release();
        Assert.Null(await server.Server.Hosts.Local.ConfirmAsync(revisions[1], TimeSpan.FromMinutes(1)));
        Assert.Equal("refused", Assert.IsType<AgentProtocol.AgentReport.Rejected>(await server.Server.Hosts.Local.ConfirmAsync(revisions[2], TimeSpan.FromMinutes(1))).Reason);

        Assert.Equal(Ports(80), server.Agent.Applied[instance.Index].Ports);
        Assert.Equal(Ports(80), server.Server.Store.View.FindInstance(server.Scope, "web-1")!.Ports);
    }

    [Fact]
    public async Task What_is_reverted_is_in_the_audit_log_with_the_reason_and_the_ports_that_stand()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1", Ports(22));
        await server.Server.Hosts.Local.ConfirmAsync(instance.Revision, TimeSpan.FromMinutes(1));
        server.Agent.Refuse(wanted => wanted.Ports.Equals(Ports(443)) ? "no room" : null);
        var refused = await server.Server.Store.SaveAsync((_, changes) => changes.Save(instance with { Ports = Ports(443) }).Revision, TestContext.Current.CancellationToken);

        Assert.NotNull(await server.Server.Hosts.Local.ConfirmAsync(refused, TimeSpan.FromMinutes(1)));

        var taken = Assert.Single(await server.EventsAsync(), one => one.Text("eventName") == "ChangeReverted");
        Assert.Equal(("AwsServiceEvent", instance.Arn), (taken.Text("eventType"), taken.GetProperty("resources")[0].Text("ARN")));
        Assert.Equal(("web-1", "no room"), (taken.GetProperty("serviceEventDetails").Text("instanceName"), taken.GetProperty("serviceEventDetails").Text("reason")));
        Assert.Equal(("443/tcp from 0.0.0.0/0", "22/tcp from 0.0.0.0/0"), (FirstPort(taken, "portsBefore"), FirstPort(taken, "portsAfter")));

        static string FirstPort(System.Text.Json.JsonElement recorded, string member) => recorded.GetProperty("portlight").GetProperty(member)[0].GetString()!;
    }

    [Fact]
    public async Task However_many_changes_are_refused_every_operation_says_so()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 0 });
        var instance = await server.AddInstanceAsync("web-1", Ports(22));
        await server.Server.Hosts.Local.ConfirmAsync(instance.Revision, TimeSpan.FromMinutes(1));
        server.Agent.Refuse(wanted => wanted.Ports.Equals(Ports(22)) ? null : "refused");
        var release = server.Agent.Hold();

        // More than a page of them, all behind one that is under way.
        var saved = await Task.WhenAll(Enumerable.Range(1000, 500).Select(port => server.Server.Store.SaveAsync(
            (view, changes) =>
            {
                var changed = changes.Save(view.FindInstance(server.Scope, "web-1")! with { Ports = Ports(port) });
                changes.Save(OperationShapes.Begin(new Call { RequestId = "", Now = server.Clock.GetUtcNow() }, changed, "PutInstancePublicPorts", null));
                return changed.Revision;
            },
            TestContext.Current.CancellationToken)));
        release();
        var refusals = await Task.WhenAll(saved.Select(revision => server.Server.Hosts.Local.ConfirmAsync(revision, TimeSpan.FromMinutes(1))));

        Assert.All(refusals, Assert.NotNull);
        var view = server.Server.Store.View;
        var first = view.ListOperations(server.Scope, "web-1", null, 1000).Operations;
        Assert.Equal(500, first.Count(operation => operation.Status == OperationStatus.Failed));
        Assert.Equal(Ports(22), view.FindInstance(server.Scope, "web-1")!.Ports);
    }

    [Fact]
    public async Task A_kernel_that_refuses_everything_is_asked_once_for_each_change_and_once_to_revert_it()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1", Ports(22));
        await server.Server.Hosts.Local.ConfirmAsync(instance.Revision, TimeSpan.FromMinutes(1));
        server.Agent.Refuse(_ => "the table belongs to another program");
        var refused = await server.Server.Store.SaveAsync((_, changes) => changes.Save(instance with { Ports = Ports(443) }).Revision, TestContext.Current.CancellationToken);

        Assert.IsType<AgentReport.Rejected>(await server.Server.Hosts.Local.ConfirmAsync(refused + 1, TimeSpan.FromMinutes(1)));

        Assert.Equal(refused + 1, server.Server.Store.Revision);
        Assert.Equal(Ports(22), server.Server.Store.View.FindInstance(server.Scope, "web-1")!.Ports);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_instance_that_never_came_into_being_goes_with_all_its_operations(bool isKilledBefore)
    {
        await using var server = await ServerHarness.StartAsync();
        var template = await server.AddInstanceAsync("web-1", Ports(22));
        await server.Server.Hosts.Local.ConfirmAsync(template.Revision, TimeSpan.FromMinutes(1));
        server.Agent.Refuse(wanted => wanted.Index == template.Index ? null : "no room");
        var last = 0L;
        if (isKilledBefore)
        {
            // As a killed server leaves it: both are durable, and the kernel was not asked yet.
            await server.RestartAsync(() => last = WithoutAServerAsync().GetAwaiter().GetResult());
        }
        else
        {
            var release = server.Agent.Hold();
            last = await CreateAndChangeAsync(server.Server.Store);
            release();
        }

        Assert.Equal("no room", Assert.IsType<AgentReport.Rejected>(await server.Server.Hosts.Local.ConfirmAsync(last, TimeSpan.FromMinutes(1))).Reason);
        var view = server.Server.Store.View;
        Assert.Null(view.FindInstance(server.Scope, "web-2"));
        Assert.Equal([OperationStatus.Failed, OperationStatus.Failed], view.ListOperations(server.Scope, "web-2", null, 9).Operations.Select(operation => operation.Status));

        async Task<long> WithoutAServerAsync()
        {
            await using var store = Storage.Sqlite.SqliteStore.Open(Path.Combine(server.DataDirectory, DataFiles.Database), server.Clock);
            return await CreateAndChangeAsync(store);
        }

        async Task<long> CreateAndChangeAsync(Storage.IStore store)
        {
            await SaveAsync("CreateInstance", changes => template with { Name = "web-2", Id = Guid.NewGuid(), Index = changes.NewIndex(), State = InstanceState.Pending });
            return await SaveAsync("PutInstancePublicPorts", _ => store.View.FindInstance(server.Scope, "web-2")! with { Ports = Ports(80) });

            Task<long> SaveAsync(string operation, Func<Storage.Changes, Instance> next) => store.SaveAsync((_, changes) =>
            {
                var saved = changes.Save(next(changes));
                changes.Save(OperationShapes.Begin(new Call { RequestId = "", Now = server.Clock.GetUtcNow() }, saved, operation, null));
                return saved.Revision;
            });
        }
    }

    [Fact]
    public void Namespaces_of_different_scopes_never_share_a_name()
    {
        var projection = new Projection(PortLimits.Default, new Scope("111122223333", "us-east-1"));
        string[] names = ["web-1", "us-west-2-web-1", "444455556666-us-east-1-web-1", "us-east-1-us-west-2-web-1", "web"];
        Scope[] scopes = [new("111122223333", "us-east-1"), new("111122223333", "us-west-2"), new("444455556666", "us-east-1"), new("444455556666", "us-west-2")];

        var made = scopes.SelectMany(scope => names.Select(name => projection.NamespaceName(scope, name))).ToList();

        Assert.Equal(made.Count, made.Distinct().Count());
        Assert.Equal("pl-web-1", projection.NamespaceName(scopes[0], "web-1"));
        Assert.Equal("pl-us-west-2-web-1", projection.NamespaceName(scopes[1], "web-1"));
    }

    [Fact]
    public void A_namespace_name_that_would_be_too_long_is_cut_and_ends_with_a_hash_of_the_whole()
    {
        var projection = new Projection(PortLimits.Default, new Scope("111122223333", "us-east-1"));
        Scope[] scopes = [new("111122223333", "us-east-1"), new("444455556666", "us-gov-west-1")];
        var longest = new string('a', 255);
        string[] names = [longest, longest[..^1] + "b", longest[..254], longest[..157], longest[..156], longest[..128]];

        var made = scopes.SelectMany(scope => names.Select(name => projection.NamespaceName(scope, name))).ToList();

        Assert.Equal(made.Count, made.Distinct().Count());
        Assert.All(made, name => Assert.InRange(name.Length, 1, 160));
        // The longest that is whole, and the shortest that is not; `docs/running.md` shows the second.
        Assert.Equal("pl-" + longest[..156], projection.NamespaceName(scopes[0], longest[..156]));
        Assert.Matches("^pl-a{124}-[0-9a-f]{32}$", projection.NamespaceName(scopes[0], longest[..157]));
        // What is named as a cut name is named, is itself cut.
        Assert.NotEqual(made[0], projection.NamespaceName(scopes[0], made[0][3..]));
    }

    private static PortSet Ports(int port) => PortSet.Of(new PortRule(new PortKey(NetworkProtocol.Tcp, port, port), [Cidr.AnyIpv4], [], []));
}
