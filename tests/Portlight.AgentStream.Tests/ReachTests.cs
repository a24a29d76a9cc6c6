using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Agent;
using Portlight.AgentStream.Wire;
using Portlight.TestKit;

namespace Portlight.AgentStream.Tests;

/// <summary>A change of this machine's own ports that cuts it off from its servers is reverted by the agent; one that a server has confirmed never is.</summary>
public sealed class ReachTests : IDisposable
{
    private readonly NotedClock _clock = new();
    private readonly TrialAgent _machine;
    private readonly KeptAgent _kept;
    private readonly List<string> _written = [];
    private readonly KeptLines _log = new();

    public ReachTests()
    {
        _machine = new TrialAgent(_clock);
        _kept = Pair.Keep(_machine, _clock, _log);
        _kept.Kept.Changed = (changed, _) => _written.Add(string.Join(' ', changed.Select(one => $"{one.Key}@{one.Value?.Revision}")));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _kept.Dispose();

    [Fact]
    public async Task A_change_that_is_confirmed_stays_whatever_becomes_of_the_servers()
    {
        await using var pair = await Pair.ConnectAsync(_kept, _clock);
        Assert.IsType<AgentReport.Applied>(Assert.Single(await pair.Server.ApplyAsync([Wanted.Machine(1, 5, 22)], [], Cancellation)));
        Assert.Equal(["1@5"], _written);
        await pair.CutAsync();
        _clock.Advance(KeptAgent.ReachPatience * 10);
        Assert.Equal(5, _machine.InForce[1].Revision);
    }

    [Fact]
    public async Task A_change_with_which_no_server_is_reached_is_reverted_and_reported_when_one_is()
    {
        await using (var pair = await Pair.ConnectAsync(_kept, _clock))
        {
            await pair.Server.ApplyAsync([Wanted.Machine(1, 5, 22)], [], Cancellation);
        }

        await CutOffByAsync(Wanted.Machine(1, 6, 80));
        Assert.Equal(6, _machine.InForce[1].Revision);
        Assert.Equal(["1@5"], _written.Where(line => line.Length > 0));
        _clock.Advance(KeptAgent.ReachPatience);
        Assert.Equal(5, _machine.InForce[1].Revision);

        await using var again = await Pair.ConnectAsync(_kept, _clock);
        var refused = Assert.IsType<AgentReport.Rejected>(Assert.Single(await again.Server.SynchroniseAsync([Wanted.Machine(1, 6, 80)], Cancellation)));
        Assert.Contains("no server could be reached", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(5, refused.Standing!.Revision);
        Assert.Equal(5, _machine.InForce[1].Revision);

        // Asked for once more, it is a new change.
        Assert.IsType<AgentReport.Applied>(Assert.Single(await again.Server.ApplyAsync([Wanted.Machine(1, 7, 80)], [], Cancellation)));
        Assert.Equal(7, _machine.InForce[1].Revision);
    }

    [Fact]
    public async Task A_first_attachment_that_cuts_off_is_taken_away_again()
    {
        await CutOffByAsync(Wanted.Machine(1, 6));
        _clock.Advance(KeptAgent.ReachPatience);
        Assert.Empty(_machine.InForce);
        Assert.Empty(_kept.Kept.All);
    }

    [Fact]
    public async Task A_revert_that_fails_is_tried_again_until_it_is_done()
    {
        await CutOffByAsync(Wanted.Machine(1, 6));
        _machine.Broken = "no memory";
        _clock.Advance(KeptAgent.ReachPatience);
        _clock.Advance(KeptAgent.RetryAfter);
        Assert.Equal(6, _machine.InForce[1].Revision);
        _machine.Broken = null;
        _clock.Advance(KeptAgent.RetryAfter);
        Assert.Empty(_machine.InForce);
    }

    /// <summary>A refusal of the kernel is a report, and no exception.</summary>
    [Fact]
    public async Task A_revert_that_the_kernel_refuses_is_tried_again_until_it_is_done()
    {
        await using (var pair = await Pair.ConnectAsync(_kept, _clock))
        {
            await pair.Server.ApplyAsync([Wanted.Machine(1, 5, 22)], [], Cancellation);
        }

        await CutOffByAsync(Wanted.Machine(1, 6, 80));
        _machine.Refusals[1] = "no memory";
        _clock.Advance(KeptAgent.ReachPatience);
        _clock.Advance(KeptAgent.RetryAfter);
        Assert.Equal(6, _machine.InForce[1].Revision);
        Assert.Equal(["1@5"], _written.Where(line => line.Length > 0));
        Assert.All(_log.All, line => Assert.Contains("could not be reverted, which is tried again: no memory", line, StringComparison.Ordinal));
        _machine.Refusals.Clear();
        _clock.Advance(KeptAgent.RetryAfter);
        Assert.Equal(5, _machine.InForce[1].Revision);
        Assert.EndsWith("the change is reverted", _log.All[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_reached_again_in_time_keeps_the_change()
    {
        await CutOffByAsync(Wanted.Machine(1, 6, 80));
        _clock.Advance(KeptAgent.ReachPatience / 2);
        await using var again = await Pair.ConnectAsync(_kept, _clock);
        Assert.Contains("1@6", _written);
        _clock.Advance(KeptAgent.ReachPatience);
        Assert.Equal(6, _machine.InForce[1].Revision);
    }

    /// <summary>A connection that was begun before the machine was attached gets no replies: another one is tried at once, and keeps the change.</summary>
    [Fact]
    public async Task A_connection_on_which_no_answer_comes_after_such_a_change_is_given_up_for_another()
    {
        await using (var pair = await Pair.ConnectAsync(_kept, _clock, message => message.KindCase == FromServer.KindOneofCase.Keep))
        {
            var round = pair.Server.ApplyAsync([Wanted.Machine(1, 6, 80)], [], Cancellation);
            await KeepAsync(pair);
            // The timer begins when the report is sent, which the server may have answered before.
            await Until.TrueAsync(() => _clock.Began(AgentSession.KeepPatience), "the wait for the server's answer");
            _clock.Advance(AgentSession.KeepPatience);
            Assert.Contains("connecting anew", (await Assert.ThrowsAsync<StreamFaultException>(() => pair.AgentEnd)).Message, StringComparison.Ordinal);
            await pair.CutAsync();
            await Assert.ThrowsAnyAsync<AgentException>(() => round);
        }

        await using var again = await Pair.ConnectAsync(_kept, _clock);
        Assert.IsType<AgentReport.Applied>(Assert.Single(await again.Server.SynchroniseAsync([Wanted.Machine(1, 6, 80)], Cancellation)));
        _clock.Advance(KeptAgent.ReachPatience);
        Assert.Equal(6, _machine.InForce[1].Revision);
    }

    [Fact]
    public async Task Changes_of_other_instances_wait_for_nobody()
    {
        await using var pair = await Pair.ConnectAsync(_kept, _clock, message => message.KindCase == FromServer.KindOneofCase.Keep);
        Assert.IsType<AgentReport.Applied>(Assert.Single(await pair.Server.ApplyAsync([Wanted.Lab(9, 1)], [], Cancellation)));
        Assert.Equal(["9@1"], _written);
    }

    /// <summary>The keep of the server gets lost, as everything does that it sends from then on: nobody was told that the change has succeeded.</summary>
    private async Task CutOffByAsync(DesiredInstance change)
    {
        await using var pair = await Pair.ConnectAsync(_kept, _clock, message => message.KindCase == FromServer.KindOneofCase.Keep);
        var round = pair.Server.ApplyAsync([change], [], Cancellation);
        await KeepAsync(pair);
        Assert.False(round.IsCompleted);
        await pair.CutAsync();
        await Assert.ThrowsAnyAsync<AgentException>(() => round);
    }

    private static Task KeepAsync(Pair pair) =>
        Until.TrueAsync(() => pair.Sent.Any(message => message.KindCase == FromServer.KindOneofCase.Keep), "the server's word that the change is kept");

    /// <summary>Knows which waits have begun: a clock that is moved before does not end them.</summary>
    private sealed class NotedClock : FakeTimeProvider
    {
        private readonly ConcurrentDictionary<TimeSpan, bool> _begun = [];

        public bool Began(TimeSpan wait) => _begun.ContainsKey(wait);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _begun.TryAdd(dueTime, true);
            return timer;
        }
    }
}
