using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Agent;
using Portlight.AgentStream.Wire;
using Portlight.Domain;
using PortRule = Portlight.Domain.PortRule;

namespace Portlight.AgentStream.Tests;

/// <summary>An agent closes what has expired, whether it reaches a server or not.</summary>
public sealed class ExpiryTimesTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
    private readonly TrialAgent _machine;
    private readonly KeptAgent _kept;
    private readonly List<Desired> _written = [];
    private readonly KeptLines _log = new();

    public ExpiryTimesTests()
    {
        _machine = new TrialAgent(_clock);
        _kept = Pair.Keep(_machine, _clock, _log);
        _kept.Kept.Changed = (changed, _) => _written.AddRange(changed.Values.OfType<Desired>());
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _kept.Dispose();

    [Fact]
    public async Task One_that_is_cut_off_closes_at_the_time_and_remembers_it()
    {
        await using (var pair = await Pair.ConnectAsync(_kept, _clock))
        {
            await pair.Server.ApplyAsync([Until(60)], [], Cancellation);
        }

        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("22 5432", Open());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("22", Open());
        Assert.Empty(States.Read(_written[^1]).Expiring);

        await using var again = await Pair.ConnectAsync(_kept, _clock);
        await again.Server.SynchroniseAsync([Until(60, _clock.GetUtcNow().AddSeconds(-60))], Cancellation); // one that has not noticed yet
        Assert.Equal("22", Open());
    }

    [Fact]
    public async Task The_servers_clock_counts_and_not_that_of_the_machine()
    {
        await using (var pair = await Pair.ConnectAsync(_kept, _clock))
        {
            await pair.Server.ApplyAsync([Until(60)], [], Cancellation);
        }

        _clock.Advance(TimeSpan.FromSeconds(30));
        var behind = Pair.Keep(_machine, new FakeTimeProvider(new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero)), _written[^1]); // a start without a server
        await behind.CompareAsync(Cancellation);
        Assert.Equal("22 5432", Open());
        behind.Dispose();

        var clock = new FakeTimeProvider(new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var bounded = Pair.Keep(_machine, clock, _written[^1]);
        await bounded.CompareAsync(Cancellation);
        clock.Advance(TimeSpan.FromSeconds(60)); // no more is left than was given
        Assert.Equal("22", Open());
    }

    [Fact]
    public async Task A_start_past_the_time_closes_first()
    {
        await using (var pair = await Pair.ConnectAsync(_kept, _clock))
        {
            await pair.Server.ApplyAsync([Until(60)], [], Cancellation);
        }

        var later = new FakeTimeProvider(_clock.GetUtcNow().AddSeconds(60));
        using var started = Pair.Keep(_machine, later, _written[^1]);
        await started.CompareAsync(Cancellation);

        Assert.Equal("22", Open());
    }

    [Fact]
    public async Task What_the_kernel_refuses_to_close_is_tried_again()
    {
        await using (var pair = await Pair.ConnectAsync(_kept, _clock))
        {
            await pair.Server.ApplyAsync([Until(60)], [], Cancellation);
        }

        _machine.Refusals[1] = "no memory";
        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("22 5432", Open());
        Assert.Equal(["what has expired could not be closed, which is tried again: no memory"], _log.All);
        _machine.Refusals.Clear();
        _clock.Advance(ExpiryTimes.RetryAfter);
        Assert.Equal("22", Open());
        Assert.Equal("what has expired is closed (instance 1)", _log.All[^1]);
    }

    [Fact]
    public async Task A_server_knows_whether_the_agent_does_it()
    {
        await using var pair = await Pair.ConnectAsync(_kept, _clock);
        Assert.True(pair.Server.Status.ClosesExpired);
        var older = new Server.RemoteAgent(
            "old", new FromAgent { Hello = new Hello { Version = Kinds.Version, Release = "0.1.0", Status = Reports.Write(_machine.Status) } }, (_, _) => Task.CompletedTask, Pair.Options, _clock);
        Assert.False(older.Status.ClosesExpired);
    }

    private string Open() => string.Join(' ', _machine.InForce[1].Ports.Rules.Select(rule => rule.FromPort.ToString(CultureInfo.InvariantCulture)));

    private DesiredInstance Until(int seconds, DateTimeOffset? from = null)
    {
        var rule = PortRule.FromEverywhere(new PortKey(NetworkProtocol.Tcp, 5432, 5432));
        return Wanted.Lab(1, 5) with
        {
            Ports = PortSet.Of(PortRule.FromEverywhere(new PortKey(NetworkProtocol.Tcp, 22, 22)), rule),
            Expiring = [new ExpiringRule { Rule = rule, At = (from ?? _clock.GetUtcNow()).AddSeconds(seconds), Within = TimeSpan.FromSeconds(seconds), OpenedBy = "", RequestId = "" }],
        };
    }
}
