using System.Net;
using System.Text;
using Portlight.Server.Tests.Audit;
using Portlight.TestKit;

namespace Portlight.Server.Tests.Confirming;

/// <summary>A change of ports with <c>X-Portlight-Confirm</c>: what asks for it, what confirms it, and what meets it while it waits.</summary>
public sealed class ConfirmPortsTests
{
    [Fact]
    public async Task A_change_that_asks_for_it_says_until_when_it_waits_and_stays_once_it_is_confirmed()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddWebAsync();

        var put = await server.PutAsync(443, confirm: "60");
        Assert.Equal((HttpStatusCode.OK, "2026-11-22T12:01:00Z"), (put.Status, put.ConfirmBy));
        Assert.Equal("Succeeded", put.Body.GetProperty("operation").Text("status"));
        Assert.Equal(ConfirmCalls.Ports(443), server.Agent.Applied[instance.Index].Ports);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 12, 1, 0, TimeSpan.Zero).ToUnixTimeSeconds(), (await StatusAsync(server)).GetProperty("confirmBy").GetDouble());

        var confirmed = await server.ConfirmAsync();
        Assert.Equal(HttpStatusCode.OK, confirmed.Status);
        Assert.Equal("ConfirmPorts Instance web-1 in us-east-1a: Succeeded, terminal, `confirmed`", confirmed.Body.GetProperty("operation").Record());
        Assert.Equal(443, confirmed.Body.GetProperty("portStates")[0].GetProperty("fromPort").GetInt32());
        Assert.False((await StatusAsync(server)).Has("confirmBy"));

        server.Clock.Advance(TimeSpan.FromHours(1));
        await server.SendAsync("GetInstance", """{"instanceName":"web-1"}""");
        Assert.Equal(ConfirmCalls.Ports(443), server.Find()!.Ports);
        Assert.Null(server.Find()!.Unconfirmed);
    }

    [Fact]
    public async Task A_connection_that_was_made_before_the_change_proves_nothing_and_is_told_so()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.PutAsync(443, confirm: "60");

        var refused = await server.ConfirmByOldConnectionAsync();

        Assert.Equal("InvalidInputException", refused.Body.Text("__type"));
        Assert.Contains("was made before the change of web-1 was in force", refused.Body.Text("message"), StringComparison.Ordinal);
        Assert.Contains("2026-11-22T12:01:00Z", refused.Body.Text("message"), StringComparison.Ordinal);
        Assert.NotNull(server.Find()!.Unconfirmed);
    }

    [Fact]
    public async Task A_connection_that_was_made_while_the_kernel_still_worked_on_the_change_proves_nothing()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { ConfirmTimeout = TimeSpan.Zero });
        var instance = await server.AddWebAsync();
        var release = server.Agent.Hold();
        Assert.Equal("Started", (await server.PutAsync(443, confirm: "60")).Body.GetProperty("operation").Text("status"));

        var early = await server.ConfirmAsync();
        Assert.Contains("was made before", early.Body.Text("message"), StringComparison.Ordinal);
        release();
        await server.SettleAsync();

        Assert.Equal(ConfirmCalls.Ports(443), server.Agent.Applied[instance.Index].Ports);
        Assert.Equal(HttpStatusCode.OK, (await server.ConfirmAsync()).Status);
    }

    [Fact]
    public async Task A_change_is_undone_at_once_when_that_is_asked_for_by_whichever_connection()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddWebAsync();
        await server.PutAsync(443, confirm: "60");

        var reverted = await server.ConfirmByOldConnectionAsync(revert: true);

        Assert.True(reverted.Body.GetProperty("isReverted").GetBoolean());
        Assert.Equal("ConfirmPorts Instance web-1 in us-east-1a: Succeeded, terminal, `reverted`", reverted.Body.GetProperty("operation").Record());
        Assert.Equal(ConfirmCalls.Ports(22), server.Agent.Applied[instance.Index].Ports);
        Assert.Null(server.Find()!.Unconfirmed);
    }

    [Fact]
    public async Task With_nothing_to_confirm_it_says_so()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();

        var refused = await server.ConfirmAsync();

        Assert.Contains("no change of the ports of web-1 waits to be confirmed", refused.Body.Text("message"), StringComparison.Ordinal);
    }

    /// <summary>It would confirm what nobody has tried, or be undone together with it.</summary>
    [Fact]
    public async Task A_change_without_the_header_is_refused_while_one_waits()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.PutAsync(443, confirm: "60");

        var put = await server.PutAsync(80);
        var open = await server.AnswerAsync(ConfirmCalls.Lightsail + "OpenInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":80,"toPort":80,"protocol":"tcp"}}""");
        var close = await server.AnswerAsync(ConfirmCalls.Lightsail + "CloseInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":443,"toPort":443,"protocol":"tcp"}}""");

        Assert.All(new[] { put, open, close }, refused =>
        {
            Assert.Equal("InvalidInputException", refused.Body.Text("__type"));
            Assert.Contains("arn:aws:iam::111122223333:root", refused.Body.Text("message"), StringComparison.Ordinal);
            Assert.Contains("undone at 2026-11-22T12:01:00Z", refused.Body.Text("message"), StringComparison.Ordinal);
            Assert.Contains("portlight confirm web-1", refused.Body.Text("message"), StringComparison.Ordinal);
        });
        Assert.Equal(ConfirmCalls.Ports(443), server.Find()!.Ports);
        await server.ConfirmAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.PutAsync(80)).Status);
    }

    [Fact]
    public async Task Changes_that_follow_each_other_are_one_and_go_back_to_what_was_before_the_first()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.PutAsync(443, confirm: "60");
        server.Clock.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal("2026-11-22T12:01:50Z", (await server.PutAsync(80, confirm: "60")).ConfirmBy);

        server.Clock.Advance(TimeSpan.FromSeconds(50));
        await server.SendAsync("GetInstance", """{"instanceName":"web-1"}""");
        Assert.Equal(ConfirmCalls.Ports(80), server.Find()!.Ports);
        await server.UndoneAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(11)));

        Assert.Equal(ConfirmCalls.Ports(22), server.Find()!.Ports);
    }

    [Fact]
    public async Task What_else_is_done_to_the_instance_meanwhile_neither_confirms_nor_is_undone()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.PutAsync(443, confirm: "60");

        await server.SendAsync("TagResource", """{"resourceName":"web-1","tags":[{"key":"team","value":"web"}]}""");
        await server.SendAsync("StopInstance", """{"instanceName":"web-1"}""");
        await server.SettleAsync();
        await server.UndoneAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(61)));

        Assert.Equal((ConfirmCalls.Ports(22), "web", Domain.InstanceState.Stopped), (server.Find()!.Ports, server.Find()!.Tags["team"], server.Find()!.State));
    }

    [Fact]
    public async Task A_change_that_the_kernel_refuses_leaves_nothing_to_confirm()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        server.Agent.Refuse(wanted => wanted.Ports.Equals(ConfirmCalls.Ports(443)) ? "no memory" : null);

        var refused = await server.PutAsync(443, confirm: "60");

        Assert.Equal(("OperationFailureException", null), (refused.Body.Text("__type"), refused.ConfirmBy));
        Assert.Equal(ConfirmCalls.Ports(22), server.Find()!.Ports);
        Assert.Null(server.Find()!.Unconfirmed);
    }

    [Fact]
    public async Task When_the_kernel_refuses_the_second_of_two_changes_the_first_still_waits()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.PutAsync(443, confirm: "60");
        server.Agent.Refuse(wanted => wanted.Ports.Equals(ConfirmCalls.Ports(80)) ? "no memory" : null);
        await server.PutAsync(80, confirm: "60");

        Assert.Equal(ConfirmCalls.Ports(443), server.Find()!.Ports);
        await server.UndoneAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(61)));

        Assert.Equal(ConfirmCalls.Ports(22), server.Find()!.Ports);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("3601")]
    [InlineData("-1")]
    [InlineData("+60")]
    [InlineData(" 60")]
    [InlineData("1.5")]
    [InlineData("60s")]
    [InlineData("00000060")]
    [InlineData("60, 60")]
    public async Task A_time_that_is_not_whole_seconds_from_1_to_3600_is_refused(string confirm)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();

        var refused = await server.PutAsync(443, confirm);

        // White space around a header's value is none of the value (RFC 9110, 5.5).
        Assert.Equal(confirm == " 60" ? HttpStatusCode.OK : HttpStatusCode.BadRequest, refused.Status);
        Assert.True(confirm == " 60" || refused.Body.Text("message").Contains("a whole number of seconds from 1 to 3600", StringComparison.Ordinal));
    }

    /// <summary>Else anybody on the way could add it, or rely on its having been added.</summary>
    [Fact]
    public async Task A_header_that_the_signature_does_not_cover_is_refused()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        var request = server.Request(
            ConfirmCalls.Lightsail + "PutInstancePublicPorts", Encoding.UTF8.GetBytes("""{"instanceName":"web-1","portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp"}]}"""));
        request.Headers.TryAddWithoutValidation("X-Portlight-Confirm", "60");

        var (status, error) = await server.SendRefusedAsync(request);

        Assert.Equal(
            (400, "InvalidSignatureException", "There were headers present in the request which were not signed: x-portlight-confirm"),
            (status, error.Type, error.Message));
        Assert.Equal(ConfirmCalls.Ports(22), server.Find()!.Ports);
    }

    [Theory]
    [InlineData(ConfirmCalls.Lightsail + "StopInstance")]
    [InlineData(ConfirmCalls.Lightsail + "GetInstancePortStates")]
    [InlineData(ConfirmCalls.Own + "DetachInstance")]
    public async Task An_operation_that_cannot_be_undone_does_not_take_the_header_in_silence(string target)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();

        var refused = await server.AnswerAsync(target, """{"instanceName":"web-1"}""", confirm: "60");

        Assert.Contains("X-Portlight-Confirm goes with a change of ports", refused.Body.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_that_does_not_own_the_installation_confirms_its_own_changes_and_no_others()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.PutAsync(443, confirm: "60");
        await server.Server.Store.SaveAsync((_, changes) =>
        {
            changes.Save(new Domain.Account("444455556666", Domain.AccountState.SettingUp, IsOwner: false, server.Clock.GetUtcNow()));
            return true;
        }, TestContext.Current.CancellationToken);
        await server.Server.Setup.RunOnceAsync();
        var tenant = await server.AddUserAsync("tenant", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["lightsail:*","portlight:ConfirmPorts"],"Resource":"*"}]}"""], account: "444455556666");
        await server.AnswerAsync(ConfirmCalls.Lightsail + "CreateInstances", LightsailCalls.CreateBody("mine"), credentials: tenant);
        await server.SettleAsync();
        Assert.NotNull((await server.PutAsync(443, confirm: "60", name: "mine", credentials: tenant)).ConfirmBy);

        Assert.Equal("NotFoundException", (await server.ConfirmAsync(credentials: tenant)).Body.Text("__type"));
        Assert.Equal(HttpStatusCode.OK, (await server.ConfirmAsync(name: "mine", credentials: tenant)).Status);
        Assert.NotNull(server.Find()!.Unconfirmed);
    }

    [Fact]
    public async Task The_audit_log_says_until_when_a_change_waits_and_who_confirmed_it()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.PutAsync(443, confirm: "60");
        await server.ConfirmAsync();

        var events = await server.EventsAsync();

        Assert.Equal("2026-11-22T12:01:00Z", Assert.Single(events, one => one.Text("eventName") == "PutInstancePublicPorts").GetProperty("portlight").Text("confirmBy"));
        Assert.Equal("web-1", Assert.Single(events, one => one.Text("eventName") == "ConfirmPorts").GetProperty("requestParameters").Text("instanceName"));
    }

    private static async Task<System.Text.Json.JsonElement> StatusAsync(ServerHarness server) =>
        (await server.AnswerAsync(ConfirmCalls.Own + "GetStatus", """{"instanceName":"web-1"}""")).Body.GetProperty("instances")[0];
}
