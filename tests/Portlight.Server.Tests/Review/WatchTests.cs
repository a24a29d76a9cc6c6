using Portlight.Domain;
using Portlight.TestKit;
using Portlight.Wire.PortlightApi;
using Json = Portlight.Wire.PortlightApi.PortlightJson;

namespace Portlight.Server.Tests.Review;

/// <summary>Calls that wait for changes of instances.</summary>
public sealed class WatchTests
{
    [Fact]
    public async Task A_change_answers_the_call_that_waits_with_the_instance_as_it_is_then()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var now = (await AskAsync(server, new())).Revision;
        var waits = AskAsync(server, new() { AfterRevision = now, WaitSeconds = 25 });

        var changed = await server.ChangeAsync("web-1", instance => instance with { Ports = PortSet.Of(PortRule.FromEverywhere(new PortKey(NetworkProtocol.Tcp, 443, 443))), Revision = instance.Revision });
        var answer = await waits;

        Assert.Equal((changed.Revision, changed.Revision), (answer.Revision, Assert.Single(answer.Changed).DesiredRevision));
        Assert.Equal(answer.Changed[0].DesiredRevision, answer.Changed[0].AppliedRevision);
        Assert.Equal(443, Assert.Single(answer.Changed[0].PortStates).FromPort);
        Assert.Empty((await AskAsync(server, new() { AfterRevision = answer.Revision, WaitSeconds = 0 })).Changed);
    }

    [Fact]
    public async Task What_has_changed_already_is_answered_at_once_each_instance_once()
    {
        await using var server = await ServerHarness.StartAsync();
        var now = (await AskAsync(server, new())).Revision;
        await server.AddInstanceAsync("web-1");
        await server.AddInstanceAsync("gone");
        await server.TagAsync("web-1", "a", "b");
        await server.Server.Store.SaveAsync((view, changes) => changes.Remove(view.FindInstance(server.Scope, "gone")!), TestContext.Current.CancellationToken);

        var answer = await AskAsync(server, new() { AfterRevision = now });

        Assert.Equal(["web-1"], answer.Changed.Select(instance => instance.Name));
        Assert.Equal(["gone"], answer.Removed);
        Assert.False(answer.MustReadAgain);
    }

    [Fact]
    public async Task Of_however_many_that_are_not_confirmed_one_time_out_is_waited_for()
    {
        // One after the other they would be waited for much longer than a busy machine takes for everything else.
        const int many = 60;
        var timeout = TimeSpan.FromSeconds(3);
        await using var server = await ServerHarness.StartInRealTimeAsync(options => options with { ConfirmTimeout = timeout });
        var now = (await AskAsync(server, new())).Revision;
        var goOn = server.Agent.Hold();
        foreach (var i in Enumerable.Range(1, many))
        {
            await server.AddInstanceAsync($"web-{i}");
        }

        var began = TimeProvider.System.GetTimestamp();
        var answer = await AskAsync(server, new() { AfterRevision = now });

        Assert.True(TimeProvider.System.GetElapsedTime(began) < many * timeout / 2, TimeProvider.System.GetElapsedTime(began).ToString());
        Assert.Equal(many, answer.Changed.Count);
        Assert.All(answer.Changed, instance => Assert.NotEqual(instance.DesiredRevision, instance.AppliedRevision));
        goOn();
    }

    [Fact]
    public async Task Others_changes_wake_nobody_and_the_time_ends_the_wait()
    {
        await using var server = await ServerHarness.StartAsync();
        var other = await server.AddAccountAsync();
        var waits = AskAsync(server, new() { AfterRevision = server.Server.Store.Revision, WaitSeconds = 20 }, server.Client(other));
        await server.AddInstanceAsync("web-1");
        await AskAsync(server, new() { WaitSeconds = 0 });
        Assert.False(waits.IsCompleted);

        await server.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => waits.IsCompleted, "the end of the wait");
        Assert.Empty((await waits).Changed);
    }

    [Fact]
    public async Task A_revision_that_is_not_remembered_says_to_read_again()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        var before = server.Server.Store.Revision;
        await server.RestartAsync();

        Assert.True((await AskAsync(server, new() { AfterRevision = before - 1, WaitSeconds = 0 })).MustReadAgain);
        Assert.True((await AskAsync(server, new() { AfterRevision = before + 1_000, WaitSeconds = 0 })).MustReadAgain); // of a time that a backup has undone
        Assert.False((await AskAsync(server, new() { AfterRevision = (await AskAsync(server, new())).Revision, WaitSeconds = 0 })).MustReadAgain);
    }

    [Fact]
    public async Task A_server_that_stops_answers_those_that_wait()
    {
        await using var server = await ServerHarness.StartAsync();
        var waiting = Waiting(server, server.Server.Store.Revision);
        await ServerHarness.RefusalAsync(async () => await await Task.WhenAny(waiting)); // so all others wait there

        // Stopped and started, with the client that still reads what the first one has answered.
        await server.RestartAsync().WaitAsync(TestKit.Network.Deadline.Span, TestContext.Current.CancellationToken);

        Assert.All(await Task.WhenAll(waiting.Where(one => !one.IsFaulted)), answer => Assert.Empty(answer.Changed));
    }

    [Fact]
    public async Task So_many_may_wait_at_once()
    {
        await using var server = await ServerHarness.StartAsync();
        var waiting = Waiting(server, (await AskAsync(server, new())).Revision);

        var refused = await ServerHarness.RefusalAsync(async () => await await Task.WhenAny(waiting));
        Assert.Equal("ThrottlingException", refused.Type);
        await server.AddInstanceAsync("web-1");
        Assert.Equal(64, (await Task.WhenAll(waiting.Where(one => !one.IsFaulted))).Length);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(26)]
    public async Task A_wait_of_another_length_is_refused(int seconds)
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.Contains("0 to 25", (await ServerHarness.RefusalAsync(() => AskAsync(server, new() { AfterRevision = 1, WaitSeconds = seconds }))).Message, StringComparison.Ordinal);
    }

    /// <summary>One more than may wait, so that the refusal of one tells that the others do.</summary>
    private static List<Task<WatchChangesResponse>> Waiting(ServerHarness server, long revision) =>
        [.. Enumerable.Range(0, 65).Select(_ => AskAsync(server, new() { AfterRevision = revision, WaitSeconds = 25 }))];

    private static Task<WatchChangesResponse> AskAsync(ServerHarness server, WatchChangesRequest request, Wire.Client.AwsClient? client = null) =>
        (client ?? server.Client()).SendAsync("Portlight_20261122.WatchChanges", request, Json.Default.WatchChangesRequest, Json.Default.WatchChangesResponse, TestContext.Current.CancellationToken);
}
