using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.TestKit;
using Portlight.Wire.Client;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;

namespace Portlight.Server.Tests;

/// <summary>The small API of our own: accounts, regions, attached machines, status.</summary>
public sealed class InstallationTests
{
    private const string Prefix = "Portlight_20261122.";
    private static readonly PortlightJson Json = PortlightJson.Default;

    [Fact]
    public async Task A_new_account_is_told_to_wait_until_it_is_set_up_and_then_works()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.Server.Setup.PauseAsync();
        var made = await CreateAccountAsync(server);
        var client = server.Client(made);

        var waiting = await ServerHarness.RefusalAsync(() => PortStatesAsync(client));
        Assert.Equal("AccountSetupInProgressException", waiting.Type);

        await server.Server.Setup.RunOnceAsync();
        var working = await ServerHarness.RefusalAsync(() => PortStatesAsync(client));
        Assert.Equal("NotFoundException", working.Type);
    }

    [Fact]
    public async Task A_new_region_is_told_to_wait_until_it_is_set_up_and_then_works()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.Server.Setup.PauseAsync();
        await server.Client().SendAsync(Prefix + "OpenRegion", new OpenRegionRequest { RegionName = "eu-west-1" }, Json.OpenRegionRequest, Json.OpenRegionResponse, TestContext.Current.CancellationToken);
        var client = server.Client(region: "eu-west-1");

        var waiting = await ServerHarness.RefusalAsync(() => PortStatesAsync(client));
        Assert.Equal("RegionSetupInProgressException", waiting.Type);

        await server.Server.Setup.RunOnceAsync();
        var working = await ServerHarness.RefusalAsync(() => PortStatesAsync(client));
        Assert.Equal("NotFoundException", working.Type);
    }

    [Fact]
    public async Task The_credentials_of_a_closed_account_are_not_valid()
    {
        await using var server = await ServerHarness.StartAsync();
        var made = await CreateAccountAsync(server);
        await server.Server.Setup.RunOnceAsync();
        var accounts = await server.Client().SendAsync(Prefix + "ListAccounts", new(), Json.ListAccountsRequest, Json.ListAccountsResponse, TestContext.Current.CancellationToken);
        var id = accounts.Accounts.Single(account => account.AccountId != server.Scope.AccountId).AccountId;

        await server.Client().SendAsync(Prefix + "CloseAccount", new() { AccountId = id }, Json.CloseAccountRequest, Json.CloseAccountResponse, TestContext.Current.CancellationToken);

        var refusal = await ServerHarness.RefusalAsync(() => PortStatesAsync(server.Client(made)));
        Assert.Equal("UnauthenticatedException", refusal.Type);
    }

    [Fact]
    public async Task Only_the_account_that_owns_the_installation_administers_it()
    {
        await using var server = await ServerHarness.StartAsync();
        var made = await CreateAccountAsync(server);
        await server.Server.Setup.RunOnceAsync();

        var refusal = await ServerHarness.RefusalAsync(() => AttachAsync(server.Client(made), new() { InstanceName = "edge", ThisHost = true }));

        Assert.Equal("AccessDeniedException", refusal.Type);
        Assert.Contains("is not authorized to perform: portlight:AttachInstance", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accounts_do_not_see_each_others_instances()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var made = await CreateAccountAsync(server);
        await server.Server.Setup.RunOnceAsync();

        var refusal = await ServerHarness.RefusalAsync(() => PortStatesAsync(server.Client(made)));

        Assert.Equal("NotFoundException", refusal.Type);
    }

    [Fact]
    public async Task An_attached_machine_starts_with_SSH_alone_and_a_dry_run_says_what_closes()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Agent.Facts = new AttachmentFacts(null, [new("tcp", System.Net.IPAddress.Any, 22), new("tcp", System.Net.IPAddress.IPv6Any, 5432)]);

        var dry = await AttachAsync(server.Client(), new() { InstanceName = "edge", ThisHost = true, Addresses = ["203.0.113.7"], DryRun = true });
        Assert.True(dry.IsDryRun);
        Assert.Equal([(22, true, true), (5432, true, false)], dry.Listeners.Select(listener => (listener.Port, listener.IsOpenBefore, listener.IsOpenAfter)));
        Assert.Empty(server.Agent.Applied);

        var real = await AttachAsync(server.Client(), new() { InstanceName = "edge", ThisHost = true, Addresses = ["203.0.113.7"] });
        Assert.Equal("Succeeded", real.Operation!.Status);
        var applied = Assert.Single(server.Agent.Applied.Values);
        Assert.Equal("22/tcp from 0.0.0.0/0, ::/0", applied.Ports.ToString());
        Assert.IsType<Domain.Attachment.ThisHost>(applied.Attachment);
    }

    [Fact]
    public async Task An_attachment_that_cannot_be_filtered_is_refused_with_the_agents_reason()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Agent.Facts = new AttachmentFacts("vnet0 is a port of the bridge br0", []);

        var refusal = await ServerHarness.RefusalAsync(() => AttachAsync(server.Client(), new() { InstanceName = "vm-1", InterfaceName = "vnet0" }));

        Assert.Equal(("InvalidInputException", "vnet0 is a port of the bridge br0"), (refusal.Type, refusal.Message));
    }

    [Fact]
    public async Task Two_instances_cannot_be_attached_to_one_place()
    {
        await using var server = await ServerHarness.StartAsync();
        await AttachAsync(server.Client(), new() { InstanceName = "vm-1", InterfaceName = "vnet0" });

        var refusal = await ServerHarness.RefusalAsync(() => AttachAsync(server.Client(), new() { InstanceName = "vm-2", InterfaceName = "vnet0" }));

        Assert.Equal("InvalidInputException", refusal.Type);
        Assert.Contains("vm-1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_kernel_refuses_an_attachment_there_is_none()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Agent.Refuse(_ => "not permitted");

        var refusal = await ServerHarness.RefusalAsync(() => AttachAsync(server.Client(), new() { InstanceName = "vm-1", InterfaceName = "vnet0" }));

        Assert.Equal("OperationFailureException", refusal.Type);
        Assert.Null(server.Server.Store.View.FindInstance(server.Scope, "vm-1"));
    }

    [Fact]
    public async Task Detach_leaves_nothing_of_the_instance()
    {
        await using var server = await ServerHarness.StartAsync();
        await AttachAsync(server.Client(), new() { InstanceName = "vm-1", InterfaceName = "vnet0" });

        var answer = await server.Client().SendAsync(Prefix + "DetachInstance", new() { InstanceName = "vm-1" }, Json.DetachInstanceRequest, Json.DetachInstanceResponse, TestContext.Current.CancellationToken);

        Assert.Equal("Succeeded", answer.Operation.Status);
        Assert.Empty(server.Agent.Applied);
        Assert.Null(server.Server.Store.View.FindInstance(server.Scope, "vm-1"));
    }

    [Fact]
    public async Task Status_shows_desired_and_applied()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1");
        await server.Server.Hosts.Local.ConfirmAsync(instance.Revision, TimeSpan.FromMinutes(1));

        var status = await server.Client().SendAsync(Prefix + "GetStatus", new(), Json.GetStatusRequest, Json.GetStatusResponse, TestContext.Current.CancellationToken);

        var shown = Assert.Single(status.Instances);
        Assert.Equal(("web-1", instance.Revision, instance.Revision), (shown.Name, shown.DesiredRevision, shown.AppliedRevision));
        Assert.Equal("pl-web-1", shown.Attachment!.NamespaceName);
        Assert.Equal(("kernel", "cut"), (status.Server.Enforce, status.Server.Connections));
    }

    [Fact]
    public async Task An_interface_is_stored_by_its_real_name_and_with_the_device_that_has_it()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Agent.Facts = new AttachmentFacts(null, []) { Interface = new("vc0", "fe:54:00:aa:bb:01") };

        var answer = await AttachAsync(server.Client(), new() { InstanceName = "vm-1", InterfaceName = "a-very-long-alternative-name" });

        Assert.Equal("vc0", answer.Attachment.InterfaceName);
        Assert.Equal(("vc0", "fe:54:00:aa:bb:01"), Stored());

        var taken = await ServerHarness.RefusalAsync(() => AttachAsync(server.Client(), new() { InstanceName = "vm-2", InterfaceName = "another-name-of-it" }));
        Assert.Contains("vm-1", taken.Message, StringComparison.Ordinal);

        await server.RestartAsync();
        Assert.Equal(("vc0", "fe:54:00:aa:bb:01"), Stored());

        await AttachAsync(server.Client(), new() { InstanceName = "vm-1", InterfaceName = "vc0", ByName = true });
        Assert.Equal(("vc0", null), Stored());

        (string Name, string? Device) Stored() => Assert.IsType<Domain.Attachment.Interface>(server.Server.Store.View.FindInstance(server.Scope, "vm-1")!.Attachment) is var nic ? (nic.Name, nic.Device) : default;
    }

    [Fact]
    public async Task What_is_not_filtered_is_no_success_and_status_says_why_until_it_is_repaired()
    {
        await using var server = await ServerHarness.StartAsync();
        await AttachAsync(server.Client(), new() { InstanceName = "web-1", InterfaceName = "vnet0" });
        server.Agent.Unfilters = _ => "`vnet0` is a port of the bridge `br0`";

        var refusal = await ServerHarness.RefusalAsync(() => server.CallAsync("PutInstancePublicPorts", new() { InstanceName = "web-1", PortInfos = [new() { FromPort = 443, ToPort = 443, Protocol = "tcp" }] }, Wire.Lightsail.LightsailJson.Default.PutInstancePublicPortsRequest, Wire.Lightsail.LightsailJson.Default.PutInstancePublicPortsResponse));

        Assert.Equal(("OperationFailureException", "NotFiltered"), (refusal.Type, refusal.Code));
        Assert.Contains("port of the bridge", refusal.Message, StringComparison.Ordinal);
        var operation = server.Server.Store.View.ListOperations(server.Scope, "web-1", null, 10).Operations[0];
        Assert.Equal((OperationStatus.Failed, "NotFiltered"), (operation.Status, operation.ErrorCode));
        var shown = Assert.Single((await StatusAsync(server)).Instances);
        Assert.Equal("`vnet0` is a port of the bridge `br0`", shown.NotFiltered);
        Assert.Null(shown.AppliedRevision);
        Assert.Equal(443, Assert.Single(shown.PortStates).FromPort); // what will hold once it is repaired

        server.Agent.Unfilters = _ => null;
        server.Agent.Notes = _ => "renamed";
        server.Agent.Drift();
        await Until.TrueAsync(() => server.Server.Hosts.Local.Outcomes.UnfilteredCount == 0, "the agent's word that it is filtered again");
        shown = Assert.Single((await StatusAsync(server)).Instances);
        Assert.Equal((null, "renamed", shown.DesiredRevision), (shown.NotFiltered, shown.Note, shown.AppliedRevision));
        Assert.Equal(OperationStatus.Failed, server.Server.Store.View.FindOperation(server.Scope, operation.Id)!.Status);
    }

    [Fact]
    public async Task A_server_that_only_records_says_so_in_every_answer_and_of_every_instance()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Agent.Enforces = false;
        await server.RestartAsync();

        var attached = await AttachAsync(server.Client(), new() { InstanceName = "edge", ThisHost = true });
        Assert.Equal("ports are only recorded: the kernel is not at hand", attached.NotFiltered);
        var status = await StatusAsync(server);
        Assert.Equal(("record", "the kernel is not at hand"), (status.Server.Enforce, status.Server.EnforceReason));
        var shown = Assert.Single(status.Instances);
        Assert.Equal("ports are only recorded: the kernel is not at hand", shown.NotFiltered);
        Assert.Null(shown.AppliedRevision);

        using var good = await server.PostAsync("GetInstances", "{}");
        using var bad = await server.PostAsync("GetInstance", "{}");
        Assert.Equal("record", Assert.Single(good.Headers.GetValues("x-portlight-enforce")));
        Assert.Equal("record", Assert.Single(bad.Headers.GetValues("x-portlight-enforce")));

        server.Agent.Enforces = true;
        await server.RestartAsync();
        using var enforced = await server.PostAsync("GetInstances", "{}");
        Assert.False(enforced.Headers.Contains("x-portlight-enforce"));
    }

    [Fact]
    public async Task Status_tells_how_the_agent_gets_on_and_invents_nothing()
    {
        await using var server = await ServerHarness.StartAsync();
        var agent = Assert.Single((await StatusAsync(server)).Agents);
        Assert.Equal(("6.18.0", true, null, server.Clock.GetUtcNow()), (agent.KernelVersion, agent.IsConnected, agent.FailingSince, agent.LastSeenAt));
        Assert.Equal(["lightsail-connect"], (await StatusAsync(server)).Server.EmptyAliases);

        server.Agent.FailOnce(new AgentException("the kernel is gone"));
        server.Agent.Drift();
        await Until.TrueAsync(() => server.Server.Hosts.Local.Contact.FailingSince is not null, "the round that fails");
        agent = Assert.Single((await StatusAsync(server)).Agents);
        Assert.Equal((false, server.Clock.GetUtcNow()), (agent.IsConnected, agent.FailingSince));

        await Until.TrueAsync(
            () =>
            {
                server.Clock.Advance(TimeSpan.FromSeconds(1));
                return server.Server.Hosts.Local.Contact.FailingSince is null;
            },
            "the next round, which succeeds");
        Assert.True(Assert.Single((await StatusAsync(server)).Agents).IsConnected);
    }

    private static Task<GetStatusResponse> StatusAsync(ServerHarness server) =>
        server.Client().SendAsync(Prefix + "GetStatus", new(), Json.GetStatusRequest, Json.GetStatusResponse, TestContext.Current.CancellationToken);

    private static async Task<AwsCredentials> CreateAccountAsync(ServerHarness server)
    {
        var made = await server.Client().SendAsync(Prefix + "CreateAccount", new(), Json.CreateAccountRequest, Json.CreateAccountResponse, TestContext.Current.CancellationToken);
        return new AwsCredentials(made.AccessKeyId, made.SecretAccessKey);
    }

    private static Task<AttachInstanceResponse> AttachAsync(AwsClient client, AttachInstanceRequest request) =>
        client.SendAsync(Prefix + "AttachInstance", request, Json.AttachInstanceRequest, Json.AttachInstanceResponse, TestContext.Current.CancellationToken);

    private static Task PortStatesAsync(AwsClient client) =>
        client.SendAsync("Lightsail_20161128.GetInstancePortStates", new() { InstanceName = "web-1" }, Wire.Lightsail.LightsailJson.Default.GetInstancePortStatesRequest, Wire.Lightsail.LightsailJson.Default.GetInstancePortStatesResponse, TestContext.Current.CancellationToken);
}
