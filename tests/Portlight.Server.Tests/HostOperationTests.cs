using Portlight.AgentProtocol;
using Portlight.Certificates;
using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Server.Tests.Audit;
using Portlight.Wire.Client;
using Portlight.Wire.PortlightApi;
using static Portlight.Server.Tests.HostCalls;

namespace Portlight.Server.Tests;

/// <summary>Hosts by calls: they come, get instances, are away, come back, and go.</summary>
public sealed class HostOperationTests
{
    [Fact]
    public async Task A_server_that_takes_no_agents_gives_out_no_token()
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.Contains("--agents", (await ServerHarness.RefusalAsync(() => TokenAsync(server, "fra-07"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("local")]
    [InlineData("Fra")]
    [InlineData("")]
    [InlineData(null)]
    public async Task The_servers_own_machine_and_what_is_no_name_get_no_token(string? name)
    {
        await using var server = await StartAsync();
        Assert.Equal("InvalidInputException", (await ServerHarness.RefusalAsync(() => TokenAsync(server, name))).Type);
    }

    [Fact]
    public async Task A_host_joins_by_its_token_which_no_event_tells()
    {
        await using var server = await StartAsync();
        var made = await TokenAsync(server, "fra-07", "eu-central-1a");
        Assert.Equal(("joining", "eu-central-1a", made.ExpiresAt), (made.Host.State, made.Host.AvailabilityZone, made.Host.TokenExpiresAt));
        Assert.Equal("arn:aws:portlight::111122223333:host/fra-07", made.Host.Arn);
        Assert.Equal("joining", made.Host.Agent.HostState);

        await JoinAsync(server, made.Token);

        var host = (await GetAsync(server, "fra-07")).Host;
        Assert.Equal(("active", "active", null, false), (host.State, host.Agent.HostState, host.TokenExpiresAt, host.Agent.IsConnected));
        Assert.NotNull(host.CertificateExpiresAt);
        Assert.Equal(["fra-07", "local"], (await CallAsync(server, "ListHosts", new ListHostsRequest(), Json.ListHostsRequest, Json.ListHostsResponse)).Hosts.Select(one => one.HostName));
        Assert.True(JoinToken.TryParse(made.Token, out var token, out _));
        Assert.DoesNotContain(await server.AuditLinesAsync(), line =>
            line.Contains(made.Token[10..40], StringComparison.Ordinal) || line.Contains(Convert.ToHexStringLower(token.SecretHash), StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task An_instance_on_a_host_is_filtered_there_and_waits_while_the_host_is_away()
    {
        await using var server = await StartAsync();
        await JoinAsync(server, (await TokenAsync(server, "fra-07")).Token);
        var there = new ScriptedAgent();
        var connection = server.Server.Hosts.Connect("fra-07", there);
        var attached = await AttachAsync(server, "vm-1", "fra-07");

        Assert.Equal(("Succeeded", "fra-07"), (attached.Operation!.Status, attached.Attachment.Host));
        Assert.Equal(HostName.Local, Assert.Single(there.Applied.Values).Attachment.Host);
        Assert.Empty(server.Agent.Applied);

        connection.Dispose();
        await server.Server.Hosts.DisconnectAsync("fra-07", "it is gone");
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        var waiting = await PutAsync(server, "vm-1", 443);
        Assert.Equal("Started", waiting.Status);
        Assert.Contains("the host fra-07 is away since 2026-11-22T12:00:00Z", waiting.ErrorDetails, StringComparison.Ordinal);
        Assert.Equal(("Started", waiting.ErrorDetails), await OperationAsync(server, waiting.Id));
        var shown = await StatusAsync(server, "vm-1");
        Assert.Equal((new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero), true), (shown.Instance.StaleSince, shown.Instance.AppliedRevision < shown.Instance.DesiredRevision));
        Assert.True(shown.Agent("fra-07") is { IsConnected: false, AwaySince: not null } away && away.WantedRevision > away.AppliedRevision);
        Assert.True(shown.Agent(HostName.Local) is { IsConnected: true, AwaySince: null });

        // A restart forgets none of it.
        await server.RestartAsync();
        Assert.Equal("Started", (await OperationAsync(server, waiting.Id)).Status);
        Assert.True((await StatusAsync(server, "vm-1")).Agent("fra-07") is { AwaySince: not null } still && still.WantedRevision > still.AppliedRevision);
        var back = new ScriptedAgent();
        using var again = server.Server.Hosts.Connect("fra-07", back);
        await server.Server.Hosts.Find("fra-07")!.ConfirmAsync(server.Server.Store.Revision, TimeSpan.FromMinutes(1));

        Assert.Equal(("Succeeded", null), await OperationAsync(server, waiting.Id));
        Assert.Equal(443, Assert.Single(Assert.Single(back.Applied.Values).Ports.Rules).FromPort);
        Assert.Null((await StatusAsync(server, "vm-1")).Instance.StaleSince);
    }

    [Fact]
    public async Task Ports_of_the_machine_itself_are_not_closed_while_nobody_can_look_whose_session_that_cuts()
    {
        await using var server = await StartAsync();
        await JoinAsync(server, (await TokenAsync(server, "fra-07")).Token);
        var connection = server.Server.Hosts.Connect("fra-07", new ScriptedAgent());
        await CallAsync(
            server, "AttachInstance", new AttachInstanceRequest { InstanceName = "edge", HostName = "fra-07", ThisHost = true }, Json.AttachInstanceRequest, Json.AttachInstanceResponse);
        connection.Dispose();

        var refused = await ServerHarness.RefusalAsync(() => PutAsync(server, "edge", 443));
        Assert.Contains("closes ports of the host fra-07, and it cannot be seen", refused.Message, StringComparison.Ordinal);
        Assert.Contains("away since", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_on_another_host_is_confirmed_once_it_is_in_force_there()
    {
        await using var server = await StartAsync();
        await JoinAsync(server, (await TokenAsync(server, "fra-07")).Token);
        using var connection = server.Server.Hosts.Connect("fra-07", new ScriptedAgent());
        await AttachAsync(server, "vm-1", "fra-07");
        connection.Dispose();
        using (var put = server.Request("Lightsail_20161128.PutInstancePublicPorts", """{"instanceName":"vm-1","portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp"}]}"""u8.ToArray(), confirm: "60"))
        {
            Assert.True((await server.Http.SendAsync(put, TestContext.Current.CancellationToken)).IsSuccessStatusCode);
        }

        Assert.Contains("not in force on the host fra-07", (await ServerHarness.RefusalAsync(ConfirmAsync)).Message, StringComparison.Ordinal);
        using var back = server.Server.Hosts.Connect("fra-07", new ScriptedAgent());
        await server.Server.Hosts.Find("fra-07")!.ConfirmAsync(server.Server.Store.Revision, TimeSpan.FromMinutes(1));
        await ConfirmAsync();
        Assert.Null(server.Server.Store.View.FindInstance(server.Scope, "vm-1")!.Unconfirmed);

        Task<ConfirmPortsResponse> ConfirmAsync() => CallAsync(server, "ConfirmPorts", new ConfirmPortsRequest { InstanceName = "vm-1" }, Json.ConfirmPortsRequest, Json.ConfirmPortsResponse);
    }

    [Fact]
    public async Task An_interface_is_selected_by_its_address_and_attached_by_that()
    {
        await using var server = await StartAsync();
        server.Agent.Facts = new AttachmentFacts(null, []) { Interface = new FoundInterface("vnet7", "fe:54:00:aa:bb:01") };
        var attached = await SelectAsync("mac:52:54:00:AA:BB:01");

        Assert.Equal(("vnet7", "mac:52:54:00:aa:bb:01", null), (attached.Attachment.InterfaceName, attached.Attachment.Selector, attached.Waiting));
        Assert.Equal("mac:52:54:00:aa:bb:01", Assert.IsType<Domain.Attachment.Interface>(server.Agent.Inspected).Name);
        var stored = Assert.IsType<Domain.Attachment.Interface>(server.Server.Store.View.FindInstance(server.Scope, "vm-1")!.Attachment);
        Assert.Equal(("", null, "mac:52:54:00:aa:bb:01"), (stored.Name, stored.Device, stored.Selector));
        foreach (var bad in new[] { "mac:52:54:00:aa:bb", "mac:", "alias:", "name:", "name:a b", "vnet7", "" })
        {
            Assert.Contains("selector", (await ServerHarness.RefusalAsync(() => SelectAsync(bad))).Message, StringComparison.Ordinal);
        }

        Task<AttachInstanceResponse> SelectAsync(string selector) =>
            CallAsync(server, "AttachInstance", new AttachInstanceRequest { InstanceName = "vm-1", Selector = selector }, Json.AttachInstanceRequest, Json.AttachInstanceResponse);
    }

    [Fact]
    public async Task What_is_not_there_yet_is_waited_for_where_its_name_is_not_what_is_meant_or_all_that_is()
    {
        await using var server = await StartAsync();
        server.Agent.Facts = new AttachmentFacts("this machine has no such interface", []) { IsMissing = true };
        Assert.StartsWith("waiting: no such device yet", (await AttachAsync(new() { InstanceName = "vm-1", Selector = "mac:52:54:00:aa:bb:01" })).Waiting, StringComparison.Ordinal);
        Assert.StartsWith("waiting", (await AttachAsync(new() { InstanceName = "vm-2", Selector = "name:tap100i0" })).Waiting, StringComparison.Ordinal);
        Assert.Equal("tap101i0", (await AttachAsync(new() { InstanceName = "vm-3", InterfaceName = "tap101i0", ByName = true })).Attachment.InterfaceName);
        var named = Assert.IsType<Domain.Attachment.Interface>(server.Server.Store.View.FindInstance(server.Scope, "vm-2")!.Attachment);
        Assert.Equal(("tap100i0", null, null), (named.Name, named.Device, named.Selector));

        // A name that is mistyped, or an alternative one that may lead anywhere, is no reason to wait.
        await RefusedAsync(new() { InstanceName = "vm-4", InterfaceName = "tap102i0" }, "no such interface");
        await RefusedAsync(new() { InstanceName = "vm-4", InterfaceName = "an-alternative-name", ByName = true }, "no such interface");
        // Two selectors that find one device, by the guest's address and that of its host side, are one place.
        await RefusedAsync(new() { InstanceName = "vm-4", Selector = "mac:fe:54:00:aa:bb:01" }, "vm-1");
        server.Agent.Facts = new AttachmentFacts(null, []) { Interface = new FoundInterface("vnet0", "fe:54:00:aa:bb:01") };
        await RefusedAsync(new() { InstanceName = "vm-4", InterfaceName = "vnet0" }, "vm-1");
        // An agent that refuses for another reason, or that does not know how to wait, is believed.
        server.Agent.Facts = new AttachmentFacts("there are several interfaces", []);
        await RefusedAsync(new() { InstanceName = "vm-4", Selector = "alias:web" }, "several");

        Task<AttachInstanceResponse> AttachAsync(AttachInstanceRequest request) =>
            CallAsync(server, "AttachInstance", request, Json.AttachInstanceRequest, Json.AttachInstanceResponse);

        async Task RefusedAsync(AttachInstanceRequest request, string reason) =>
            Assert.Contains(reason, (await ServerHarness.RefusalAsync(() => AttachAsync(request))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_of_other_interfaces_are_closed_with_an_attachment_and_what_closes_is_shown()
    {
        await using var server = await StartAsync();
        await AttachAsync(server, "vm-1", null, "vnet1");
        server.Agent.Facts = new AttachmentFacts(null, []) { Interface = new FoundInterface("vnet0", null), Matching = ["vnet0", "vnet1", "vnet2"] };
        var attached = await CloseAsync("vnet0", "vnet*", "vnet*", "tap10*");
        Assert.Equal(["vnet*", "tap10*"], attached.Attachment.ClosedNames!);
        Assert.Equal(["vnet2"], attached.ClosedInterfaces.Except(["vnet0"]));
        Assert.Equal(["vnet*", "tap10*"], Assert.IsType<Domain.Attachment.Interface>(server.Server.Store.View.FindInstance(server.Scope, "vm-2")!.Attachment).ClosedNames);
        foreach (var bad in new[] { "vnet", "*", "v*", "lo*", "pl*", "a b*", "a/b*", "vn*t*", "abcdefghijklmno*", "größe*" })
        {
            Assert.Contains("closedNames", (await ServerHarness.RefusalAsync(() => CloseAsync("vnet0", bad))).Message, StringComparison.Ordinal);
        }

        Assert.Contains("closedNames", (await ServerHarness.RefusalAsync(() => CloseAsync(null, "vnet*"))).Message, StringComparison.Ordinal);

        Task<AttachInstanceResponse> CloseAsync(string? nic, params string[] closed) => CallAsync(
            server,
            "AttachInstance",
            new AttachInstanceRequest { InstanceName = "vm-2", InterfaceName = nic, ThisHost = nic is null ? true : null, ClosedNames = closed },
            Json.AttachInstanceRequest,
            Json.AttachInstanceResponse);
    }

    [Fact]
    public async Task The_same_interface_of_two_hosts_is_two_places_and_an_instance_stays_on_its_host()
    {
        await using var server = await StartAsync();
        server.Agent.Facts = new AttachmentFacts(null, []) { Interface = new FoundInterface("vnet0", "fe:54:00:00:00:01") };
        foreach (var name in new[] { "fra-07", "fra-08" })
        {
            await JoinAsync(server, (await TokenAsync(server, name)).Token);
            server.Server.Hosts.Connect(name, new ScriptedAgent());
        }

        await AttachAsync(server, "vm-1", "fra-07");
        await AttachAsync(server, "vm-2", "fra-08");
        await AttachAsync(server, "vm-3", null);

        Assert.Contains("is on the host fra-07", (await ServerHarness.RefusalAsync(() => AttachAsync(server, "vm-1", "fra-08", "vnet1"))).Message, StringComparison.Ordinal);
        Assert.Contains("is attached there already", (await ServerHarness.RefusalAsync(() => AttachAsync(server, "vm-4", "fra-08"))).Message, StringComparison.Ordinal);
        Assert.Equal("NotFoundException", (await ServerHarness.RefusalAsync(() => AttachAsync(server, "vm-4", "fra-09"))).Type);
    }

    [Fact]
    public async Task A_host_that_is_drained_keeps_what_it_has_and_gets_nothing_new()
    {
        await using var server = await StartAsync();
        await JoinAsync(server, (await TokenAsync(server, "fra-07")).Token);
        using var connection = server.Server.Hosts.Connect("fra-07", new ScriptedAgent());
        await AttachAsync(server, "vm-1", "fra-07");

        Assert.Equal("draining", (await DrainAsync(server, "fra-07", undo: false)).Host.State);
        Assert.Contains("draining", (await ServerHarness.RefusalAsync(() => AttachAsync(server, "vm-2", "fra-07", "vnet1"))).Message, StringComparison.Ordinal);
        Assert.Equal("Succeeded", (await PutAsync(server, "vm-1", 443)).Status);
        Assert.Equal("active", (await DrainAsync(server, "fra-07", undo: true)).Host.State);
        await AttachAsync(server, "vm-2", "fra-07", "vnet1");
        Assert.Equal(2, (await GetAsync(server, "fra-07")).InstanceCount);
    }

    [Fact]
    public async Task A_revoked_host_is_disconnected_and_forgotten_once_it_has_no_instances()
    {
        await using var server = await StartAsync();
        await JoinAsync(server, (await TokenAsync(server, "fra-07")).Token);
        using var connection = server.Server.Hosts.Connect("fra-07", new ScriptedAgent());
        await AttachAsync(server, "vm-1", "fra-07");

        Assert.Equal("revoked", (await CallAsync(server, "RevokeHost", new RevokeHostRequest { HostName = "fra-07" }, Json.RevokeHostRequest, Json.RevokeHostResponse)).Host.State);
        Assert.Contains("revoked", await connection.Ended, StringComparison.Ordinal);
        Assert.Throws<HostRefusedException>(() => Joining(server).RequireAdmission("fra-07", "7f01"));
        Assert.Contains("revoked", (await ServerHarness.RefusalAsync(() => TokenAsync(server, "fra-07"))).Message, StringComparison.Ordinal);
        Assert.Contains("vm-1", (await ServerHarness.RefusalAsync(() => RemoveAsync(server, "fra-07"))).Message, StringComparison.Ordinal);

        var detached = await CallAsync(server, "DetachInstance", new DetachInstanceRequest { InstanceName = "vm-1" }, Json.DetachInstanceRequest, Json.DetachInstanceResponse);
        Assert.Equal("Started", detached.Operation!.Status);
        Assert.Equal(
            ("Started", "the host fra-07 is revoked and may not connect; what was in force there stays so, and this fails when the host is removed"), await OperationAsync(server, detached.Operation.Id));
        await RemoveAsync(server, "fra-07");
        Assert.Equal(("Failed", "the host fra-07 was removed before it had confirmed this"), await OperationAsync(server, detached.Operation.Id));
        Assert.Equal("NotFoundException", (await ServerHarness.RefusalAsync(() => GetAsync(server, "fra-07"))).Type);
        Assert.Null(server.Server.Hosts.Find("fra-07"));
    }

    [Fact]
    public async Task The_servers_own_machine_stays()
    {
        await using var server = await StartAsync();
        Assert.Equal("InvalidInputException", (await ServerHarness.RefusalAsync(() => RemoveAsync(server, "local"))).Type);
        Assert.Equal(
            "InvalidInputException", (await ServerHarness.RefusalAsync(() => CallAsync(server, "RevokeHost", new RevokeHostRequest { HostName = "local" }, Json.RevokeHostRequest, Json.RevokeHostResponse))).Type);
    }

    [Fact]
    public async Task A_policy_names_hosts()
    {
        await using var server = await StartAsync();
        await JoinAsync(server, (await TokenAsync(server, "fra-07")).Token);
        using var connection = server.Server.Hosts.Connect("fra-07", new ScriptedAgent());
        var policy = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["portlight:*Host*"],"Resource":"arn:aws:portlight::111122223333:host/ams-*"},
            {"Effect":"Allow","Action":["portlight:AttachInstance","lightsail:*"],"Resource":"arn:aws:lightsail:*:*:*"}]}
            """;
        var user = await server.AddUserAsync("ops", [policy]);

        await TokenAsync(server, "ams-01", by: user);
        Assert.Equal("AccessDeniedException", (await ServerHarness.RefusalAsync(() => TokenAsync(server, "fra-08", by: user))).Type);
        Assert.Equal("AccessDeniedException", (await ServerHarness.RefusalAsync(() => DrainAsync(server, "fra-07", undo: false, by: user))).Type);

        // Attaching on a host is asked of the host too.
        var refused = await ServerHarness.RefusalAsync(() => AttachAsync(server, "vm-1", "fra-07", by: user));
        Assert.Contains("arn:aws:portlight::111122223333:host/fra-07", refused.Message, StringComparison.Ordinal);
        await AttachAsync(server, "vm-1", null, by: user);
    }
}
