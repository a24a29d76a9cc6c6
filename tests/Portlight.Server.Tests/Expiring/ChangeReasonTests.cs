using Portlight.Server.Tests.Confirming;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;
using Json = Portlight.Wire.PortlightApi.PortlightJson;

namespace Portlight.Server.Tests.Expiring;

public sealed class ChangeReasonTests
{
    [Fact]
    public async Task A_reason_is_kept_with_the_change_and_shown_with_it()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();

        await server.ApplyAsync(new() { InstanceName = "web-1", PortInfos = [ExpiringCalls.Timed(443, null)], Reason = "the shop moves; \"größe\"" });
        await server.SendAsync("PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[]}""");

        var revisions = await server.Client().SendAsync(
            "Portlight_20261122.ListPortRevisions", new() { InstanceName = "web-1" }, Json.Default.ListPortRevisionsRequest, Json.Default.ListPortRevisionsResponse, TestContext.Current.CancellationToken);
        Assert.Equal([null, "the shop moves; \"größe\""], revisions.Revisions.Take(2).Select(revision => revision.Reason));
        var activities = await server.Client().SendAsync(
            "Portlight_20261122.LookupActivity", new() { EventName = "ApplyPorts" }, Json.Default.LookupActivityRequest, Json.Default.LookupActivityResponse, TestContext.Current.CancellationToken);
        Assert.Equal("the shop moves; \"größe\"", Assert.Single(activities.Activities).Reason);
    }

    [Fact]
    public async Task A_Close_with_a_reason_closes_as_one_without()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.SendAsync("PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["192.0.2.7","198.51.100.0/24"]}]}""");

        await server.ApplyAsync(new() { InstanceName = "web-1", Close = new PortInfo { FromPort = 22, ToPort = 22, Protocol = "tcp", Cidrs = ["192.0.2.7"] }, Reason = "left us" });

        Assert.Equal("22/tcp from 198.51.100.0/24", server.Rules());
    }

    [Fact]
    public async Task A_caller_that_may_not_close_closes_by_no_other_name()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        var alice = await server.AddUserAsync("alice", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["portlight:ApplyPorts","lightsail:OpenInstancePublicPorts"],"Resource":"*"}]}"""]);

        var refused = await server.AskAsync(alice, "ApplyPorts", """{"instanceName":"web-1","close":{"fromPort":22,"toPort":22,"protocol":"tcp"}}""", ConfirmCalls.Own);

        Assert.Contains("lightsail:CloseInstancePublicPorts", refused.Message, StringComparison.Ordinal);
        Assert.Equal("22/tcp", server.Rules());
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("two\nlines")]
    [InlineData(null)]
    public async Task What_is_no_line_of_bounded_length_is_refused_and_nothing_changes(string? reason)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();

        var refused = await ServerHarness.RefusalAsync(() => server.ApplyAsync(new() { InstanceName = "web-1", PortInfos = [], Reason = reason ?? new string('x', 257) }));

        Assert.Contains("reason", refused.Message, StringComparison.Ordinal);
        Assert.Equal("22/tcp", server.Rules());
    }
}
