using Portlight.Domain;
using Portlight.Server.Tests.Audit;
using Portlight.TestKit;

namespace Portlight.Server.Tests.Confirming;

/// <summary>What nobody confirms is undone, whatever happens to the server in the meantime.</summary>
public sealed class UnconfirmedWatchTests
{
    private const string Attach = ConfirmCalls.Own + "AttachInstance";

    [Fact]
    public async Task A_change_that_nobody_confirms_is_undone_at_its_deadline_and_the_audit_log_says_so()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddWebAsync();
        await server.PutAsync(443, confirm: "60");
        server.Clock.Advance(TimeSpan.FromSeconds(59));
        await server.SettleAsync();
        Assert.Equal(ConfirmCalls.Ports(443), server.Find()!.Ports);

        await server.UndoneAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(1)));

        Assert.Equal(ConfirmCalls.Ports(22), server.Find()!.Ports);
        Assert.Equal(ConfirmCalls.Ports(22), server.Agent.Applied[instance.Index].Ports);
        var record = (await server.SendAsync("GetOperationsForResource", """{"resourceName":"web-1"}""")).GetProperty("operations")[0];
        Assert.Equal("RevertPorts Instance web-1 in us-east-1a: Succeeded, terminal, `not confirmed by 2026-11-22T12:01:00Z`", record.Record());
        var undone = Assert.Single(await server.EventsAsync(), one => one.Text("eventName") == "ChangeReverted");
        Assert.Equal("AwsServiceEvent", undone.Text("eventType"));
        var details = undone.GetProperty("serviceEventDetails");
        Assert.Equal(("web-1", "2026-11-22T12:01:00Z", "arn:aws:iam::111122223333:root"), (details.Text("instanceName"), details.Text("confirmBy"), details.Text("changedBy")));
        Assert.Equal("443/tcp", undone.GetProperty("portlight").GetProperty("portsBefore")[0].GetString());
        Assert.Equal("22/tcp", undone.GetProperty("portlight").GetProperty("portsAfter")[0].GetString());
    }

    [Fact]
    public async Task A_restart_past_the_deadline_never_shows_the_kernel_the_unconfirmed_ports_again()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddWebAsync();
        await server.PutAsync(443, confirm: "60");
        var wanted = new List<PortSet>();
        server.Agent.Refuse(state =>
        {
            wanted.Add(state.Ports);
            return null;
        });

        await server.RestartAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(60)));

        Assert.DoesNotContain(ConfirmCalls.Ports(443), wanted);
        Assert.Equal(ConfirmCalls.Ports(22), server.Agent.Applied[instance.Index].Ports);
        Assert.Contains(await server.EventsAsync(), one => one.Text("eventName") == "ChangeReverted");
    }

    [Fact]
    public async Task A_restart_before_the_deadline_leaves_what_is_left_of_the_time_and_lets_any_connection_confirm()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.AddWebAsync("web-2");
        await server.PutAsync(443, confirm: "60");
        await server.PutAsync(443, confirm: "60", name: "web-2");
        await server.RestartAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(40)));
        await server.SettleAsync();
        Assert.Equal(ConfirmCalls.Ports(443), server.Find()!.Ports);

        Assert.Equal(System.Net.HttpStatusCode.OK, (await server.ConfirmAsync(name: "web-2")).Status);
        await server.UndoneAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(20)));

        Assert.Equal((ConfirmCalls.Ports(22), ConfirmCalls.Ports(443)), (server.Find()!.Ports, server.Find("web-2")!.Ports));
    }

    /// <summary>A machine without a battery for its clock starts years ago.</summary>
    [Fact]
    public async Task After_a_restart_with_a_clock_that_is_behind_no_more_time_is_left_than_was_given()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.PutAsync(443, confirm: "60");
        await server.Server.Store.SaveAsync((view, changes) =>
        {
            var now = view.FindInstance(server.Scope, "web-1")!;
            return changes.Save(now with { Unconfirmed = now.Unconfirmed! with { Deadline = now.Unconfirmed!.Deadline.AddYears(5) } });
        }, TestContext.Current.CancellationToken);
        await server.RestartAsync();

        await server.UndoneAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(60)));

        Assert.Equal(ConfirmCalls.Ports(22), server.Find()!.Ports);
    }

    [Fact]
    public async Task When_the_kernel_refuses_what_was_there_before_it_is_tried_again()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddWebAsync();
        await server.PutAsync(443, confirm: "60");
        server.Agent.Refuse(wanted => wanted.Ports.Equals(ConfirmCalls.Ports(22)) ? "no memory" : null);
        await server.UndoneAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(60)));
        Assert.Equal(ConfirmCalls.Ports(443), server.Find()!.Ports);
        Assert.NotNull(server.Find()!.Unconfirmed);

        server.Agent.Refuse(_ => null);
        await server.UndoneAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(30)));

        Assert.Equal(ConfirmCalls.Ports(22), server.Agent.Applied[instance.Index].Ports);
        Assert.Null(server.Find()!.Unconfirmed);
    }

    [Fact]
    public async Task A_machine_that_was_attached_and_not_confirmed_is_detached_again()
    {
        await using var server = await ServerHarness.StartAsync();
        var attached = await server.AnswerAsync(Attach, """{"instanceName":"edge","thisHost":true}""", confirm: "60");
        Assert.True(attached.Body.Has("confirmBy"));
        Assert.Equal("2026-11-22T12:01:00Z", attached.ConfirmBy);
        Assert.Single(server.Agent.Applied);

        await server.UndoneAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(60)), "edge");

        Assert.Null(server.Find("edge"));
        Assert.Empty(server.Agent.Applied);
        Assert.Equal("true", Assert.Single(await server.EventsAsync(), one => one.Text("eventName") == "ChangeReverted").GetProperty("serviceEventDetails").Text("detached"));
    }

    [Fact]
    public async Task The_event_of_a_revert_has_the_networks_that_the_attachment_does_not_filter_like_the_event_of_the_call()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AnswerAsync(Attach, """{"instanceName":"vm-1","interfaceName":"vnet0"}""");
        await server.AnswerAsync(Attach, """{"instanceName":"vm-1","interfaceName":"vnet0","privateCidrs":["10.0.0.0/8"]}""", confirm: "60");

        await server.UndoneAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(60)), "vm-1");

        var events = await server.EventsAsync();
        var opened = events.Last(one => one.Text("eventName") == "AttachInstance").GetProperty("portlight").GetProperty("portsAfter").ToString();
        var reverted = Assert.Single(events, one => one.Text("eventName") == "ChangeReverted").GetProperty("portlight");
        Assert.Contains("all from 10.0.0.0/8", opened, StringComparison.Ordinal);
        Assert.Equal(opened, reverted.GetProperty("portsBefore").ToString());
        Assert.DoesNotContain("10.0.0.0/8", reverted.GetProperty("portsAfter").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_was_attached_elsewhere_goes_back_to_where_it_was_and_nothing_takes_its_place_meanwhile()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AnswerAsync(Attach, """{"instanceName":"vm-1","interfaceName":"vnet0","addresses":["203.0.113.1"]}""");
        await server.AnswerAsync(Attach, """{"instanceName":"vm-1","interfaceName":"vnet1","addresses":["203.0.113.2"]}""", confirm: "60");

        var other = await server.AnswerAsync(Attach, """{"instanceName":"vm-2","interfaceName":"vnet0"}""");
        Assert.Contains("returns unless its change is confirmed", other.Body.Text("message"), StringComparison.Ordinal);
        await server.UndoneAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(60)), "vm-1");

        var back = server.Find("vm-1")!;
        Assert.Equal(("vnet0", "203.0.113.1"), (Assert.IsType<Attachment.Interface>(back.Attachment).Name, back.PublicIpv4!.ToString()));
        Assert.True(server.Server.Store.View.IsAddressTaken(new System.Net.IPAddress([203, 0, 113, 1])));
    }

    [Fact]
    public async Task An_instance_that_is_detached_or_deleted_takes_its_unconfirmed_change_with_it()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.AnswerAsync(Attach, """{"instanceName":"edge","thisHost":true}""", confirm: "60");
        await server.PutAsync(443, confirm: "60");
        await server.AnswerAsync(ConfirmCalls.Own + "DetachInstance", """{"instanceName":"edge"}""");
        await server.SendAsync("DeleteInstance", """{"instanceName":"web-1"}""");
        await server.AddWebAsync();

        await server.RestartAsync(() => server.Clock.Advance(TimeSpan.FromHours(1)));

        Assert.Equal(ConfirmCalls.Ports(22), server.Find()!.Ports);
        Assert.DoesNotContain(await server.EventsAsync(), one => one.Text("eventName") == "ChangeReverted");
    }
}
