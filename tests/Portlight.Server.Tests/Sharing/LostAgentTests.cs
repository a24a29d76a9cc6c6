using Portlight.Domain;

namespace Portlight.Server.Tests.Sharing;

/// <summary>Where the row of a host says that its agent is at this server, and it is not: other servers would show it as connected until it comes back.</summary>
public sealed class LostAgentTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task An_agent_that_went_away_between_its_commit_and_its_welcome_is_given_up_after_15_seconds()
    {
        await using var lost = await BeatScene.StartAsync();
        var came = lost.Clock.GetUtcNow();
        await lost.TakeAsync();

        await lost.BeatAsync(after: TimeSpan.Zero);
        await lost.BeatAsync(after: Patience - TimeSpan.FromSeconds(1));
        Assert.Equal(lost.Self, lost.Link.Server);
        await lost.BeatAsync(after: TimeSpan.FromSeconds(1));

        Assert.Equal(("", came), (lost.Link.Server, lost.Link.Since));
        Assert.Equal(came, lost.Hosts.Find("fra-07")!.AwaySince);
    }

    [Fact]
    public async Task An_agent_whose_going_could_not_be_stored_is_given_up_with_the_time_at_which_it_went()
    {
        await using var lost = await BeatScene.StartAsync();
        var generation = await lost.TakeAsync();
        // One that has never left, as far as the row tells.
        using (lost.Hosts.Connect("fra-07", new ScriptedAgent(), generation))
        {
            lost.Clock.Advance(Patience);
        }

        var went = lost.Clock.GetUtcNow();
        await lost.Hosts.DisconnectAsync("fra-07", "a test");
        await lost.Store.CommitAsync((view, changes) =>
        {
            changes.Save(view.FindHost("fra-07")! with { Link = new HostLink(lost.Self, generation, went - Patience), LastSeenAt = null });
            return true;
        }, cancellationToken: TestContext.Current.CancellationToken);
        await lost.BeatAsync(after: TimeSpan.FromSeconds(5));
        await lost.BeatAsync(after: Patience);

        Assert.Equal(("", went), (lost.Link.Server, lost.Link.Since));
    }

    [Fact]
    public async Task An_agent_that_is_here_is_never_given_up_nor_one_that_is_at_another_server()
    {
        await using var lost = await BeatScene.StartAsync();
        using var connection = lost.Hosts.Connect("fra-07", new ScriptedAgent(), await lost.TakeAsync());
        await lost.BeatAsync(after: Patience);
        await lost.BeatAsync(after: Patience);
        Assert.Equal(lost.Self, lost.Link.Server);

        await lost.TakeAsync("another");
        await connection.Ended;
        await lost.Hosts.DisconnectAsync("fra-07", "a test");
        await lost.BeatAsync(after: Patience);
        await lost.BeatAsync(after: Patience);
        Assert.Equal("another", lost.Link.Server);
    }

    [Fact]
    public async Task Each_agent_has_15_seconds_of_its_own()
    {
        await using var lost = await BeatScene.StartAsync();
        await lost.TakeAsync();
        await lost.BeatAsync(after: TimeSpan.Zero);
        await lost.TakeAsync();
        await lost.BeatAsync(after: Patience);

        Assert.Equal(lost.Self, lost.Link.Server);
    }

    [Fact]
    public async Task One_that_comes_at_that_very_moment_has_to_connect_again()
    {
        await using var lost = await BeatScene.StartAsync();
        var generation = await lost.TakeAsync();
        await lost.BeatAsync(after: TimeSpan.Zero);
        await lost.BeatAsync(after: Patience);

        using var late = lost.Hosts.Connect("fra-07", new ScriptedAgent(), generation);
        Assert.Contains("taken for gone", await late.Ended.WaitAsync(TestKit.Network.Deadline.Span, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        using var again = lost.Hosts.Connect("fra-07", new ScriptedAgent(), await lost.TakeAsync());
        await lost.Hosts.Find("fra-07")!.ConfirmAsync(lost.Store.Revision, TimeSpan.FromMinutes(1));
        Assert.False(again.Ended.IsCompleted);
        Assert.Equal(lost.Self, lost.Link.Server);
    }
}
