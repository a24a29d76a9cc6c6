using Portlight.Domain;
using Portlight.Server.Tests.Audit;
using Portlight.Server.Tests.Confirming;
using Portlight.Server.Tests.History;
using Portlight.Server.Tests.Review;
using Portlight.TestKit;

namespace Portlight.Server.Tests.Expiring;

/// <summary>What is opened for a time is closed at that time, whatever happens to the server in the meantime.</summary>
public sealed class ExpiryTests
{
    [Fact]
    public async Task What_is_opened_for_an_hour_is_closed_after_it_and_the_audit_log_says_so()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddWebAsync();
        var opened = await server.OpenForAsync(5432, 3600);

        Assert.Equal("Succeeded", opened.Operation.Status);
        var shown = Assert.Single(opened.Expiring);
        Assert.Equal((5432, server.Clock.GetUtcNow().AddHours(1), $"arn:aws:iam::{server.Scope.AccountId}:root"), (shown.PortState.FromPort, shown.ExpiresAt, shown.OpenedBy));
        Assert.Empty(opened.Notes);
        server.Clock.Advance(TimeSpan.FromSeconds(3599));
        await server.SettleAsync();
        Assert.Equal("22/tcp; 5432/tcp from 192.0.2.7/32", server.Rules());

        await server.PassAsync(1, "22/tcp");

        Assert.Equal(ConfirmCalls.Ports(22), server.Agent.Applied[instance.Index].Ports);
        var record = (await server.SendAsync("GetOperationsForResource", """{"resourceName":"web-1"}""")).GetProperty("operations")[0];
        Assert.Equal("ExpirePorts Instance web-1 in us-east-1a: Succeeded, terminal, `expired at 2026-11-22T13:00:00Z`", record.Record());
        var expired = Assert.Single(await server.EventsAsync(), one => one.Text("eventName") == "PortsExpired");
        var details = expired.GetProperty("serviceEventDetails");
        Assert.Equal(("web-1", "expired", "5432/tcp from 192.0.2.7/32", "2026-11-22T13:00:00Z"), (details.Text("instanceName"), details.Text("cause"), details.Text("rules"), details.Text("expiresAt")));
        Assert.Equal($"arn:aws:iam::{server.Scope.AccountId}:root", details.Text("openedBy"));
        Assert.Equal(["PortsExpired", "ApplyPorts"], (await server.RevisionsAsync("web-1")).Select(one => one.EventName));
    }

    [Fact]
    public async Task A_restart_past_the_time_never_shows_the_kernel_the_ports_again()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddWebAsync();
        await server.OpenForAsync(5432, 60);
        var wanted = new List<PortSet>();
        server.Agent.Refuse(state =>
        {
            wanted.Add(state.Ports);
            return null;
        });

        await server.RestartAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(60)));

        Assert.All(wanted, ports => Assert.Equal(ConfirmCalls.Ports(22), ports));
        Assert.Equal(ConfirmCalls.Ports(22), server.Agent.Applied[instance.Index].Ports);
        Assert.Contains(await server.EventsAsync(), one => one.Text("eventName") == "PortsExpired");
    }

    [Fact]
    public async Task A_restart_before_the_time_leaves_what_is_left_of_it()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.OpenForAsync(5432, 60);
        await server.OpenForAsync(3306, 90);
        await server.RestartAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(40)));
        await server.SettleAsync();
        Assert.Equal("5432/tcp from 192.0.2.7/32 in 20; 3306/tcp from 192.0.2.7/32 in 50", server.Expiring());

        await server.PassAsync(20, "22/tcp; 3306/tcp from 192.0.2.7/32");
        await server.PassAsync(30, "22/tcp");
    }

    /// <summary>A machine without a battery for its clock starts years ago.</summary>
    [Fact]
    public async Task After_a_restart_with_a_clock_that_is_behind_no_more_time_is_left_than_was_given()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.OpenForAsync(5432, 60);
        await server.ChangeAsync("web-1", instance => instance with { Expiring = [.. instance.Expiring.Select(one => one with { At = one.At.AddYears(5) })] });
        await server.RestartAsync();

        await server.PassAsync(60, "22/tcp");
    }

    [Fact]
    public async Task When_the_kernel_refuses_to_close_it_is_tried_again()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddWebAsync();
        await server.OpenForAsync(5432, 60);
        var refused = 0;
        server.Agent.Refuse(wanted => wanted.Ports.Equals(ConfirmCalls.Ports(22)) && Interlocked.Increment(ref refused) == 1 ? "no memory" : null);
        server.Clock.Advance(TimeSpan.FromSeconds(60));
        await Until.TrueAsync(() => Volatile.Read(ref refused) == 1 && server.Find()!.Expiring.Length == 1, "the revert");
        await server.SettleAsync();
        Assert.Equal("22/tcp; 5432/tcp from 192.0.2.7/32", server.Rules());

        await server.PassAsync(30, "22/tcp");

        Assert.Equal(ConfirmCalls.Ports(22), server.Agent.Applied[instance.Index].Ports);
    }

    [Fact]
    public async Task It_is_shown_wherever_the_ports_are()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.OpenForAsync(5432, 3600);
        var until = server.Clock.GetUtcNow().AddHours(1);
        var json = Wire.PortlightApi.PortlightJson.Default;

        var fleet = await server.Client().SendAsync("Portlight_20261122.ListFleet", new(), json.ListFleetRequest, json.ListFleetResponse, TestContext.Current.CancellationToken);
        Assert.Equal(until, Assert.Single(Assert.Single(fleet.Instances).Expiring!).ExpiresAt);
        Assert.Equal(until, Assert.Single((await server.PreviewAsync(new() { InstanceName = "web-1", PortInfos = [] })).Expiring).ExpiresAt);
        Assert.Contains((await server.ExplainAsync("web-1", ReviewCalls.Tcp(5432, "192.0.2.7/32"))).Reasons, reason => reason.EndsWith("lets it in until 2026-11-22T13:00:00Z", StringComparison.Ordinal));
        Assert.Contains((await server.ExplainAsync("web-1", ReviewCalls.Tcp(22, "192.0.2.7/32"))).Reasons, reason => reason.EndsWith("lets it in", StringComparison.Ordinal));
        var exposure = await server.Client().SendAsync(
            "Portlight_20261122.GetExposure", new() { Port = ReviewCalls.Tcp(5432) }, json.GetExposureRequest, json.GetExposureResponse, TestContext.Current.CancellationToken);
        Assert.Equal((1, until), (exposure.Expiring, Assert.Single(exposure.Reached).ExpiresAt));
    }

    [Fact]
    public async Task What_an_unconfirmed_change_goes_back_to_expires_too()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.OpenForAsync(5432, 60);
        await server.OpenForAsync(3306, 200);
        await server.PutAsync(443, confirm: "120");
        Assert.Equal(("443/tcp", ""), (server.Rules(), server.Expiring()));
        server.Clock.Advance(TimeSpan.FromSeconds(60));
        await Until.TrueAsync(() => server.Find()!.Unconfirmed!.Before!.Expiring.Length == 1, "the expiry of what was before");

        await server.PassAsync(60, "22/tcp; 3306/tcp from 192.0.2.7/32");
        Assert.Equal("3306/tcp from 192.0.2.7/32 in 80", server.Expiring());
        await server.PassAsync(80, "22/tcp");
    }
}
