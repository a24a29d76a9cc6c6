using Microsoft.Extensions.Time.Testing;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Agent;
using Portlight.AgentStream.Wire;
using Portlight.Domain;

namespace Portlight.AgentStream.Tests;

/// <summary>What an agent remembers of what is in force, what is sent of it, and what it does with it alone.</summary>
public sealed class MemoryTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly TrialAgent _machine;

    public MemoryTests() => _machine = new TrialAgent(_clock);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_both_ends_know_is_not_sent_again()
    {
        using var kept = Pair.Keep(_machine, _clock);
        await using (var pair = await Pair.ConnectAsync(kept, _clock))
        {
            await pair.Server.SynchroniseAsync([Wanted.Lab(8, 1), Wanted.Lab(9, 2)], Cancellation);
            await pair.Server.ApplyAsync([Wanted.Lab(9, 3)], [8], Cancellation);
        }

        // The agent's own process is another one now.
        using var restarted = Pair.Keep(_machine, _clock, kept.Kept.All);
        await using var again = await Pair.ConnectAsync(restarted, _clock);
        Assert.Equal([(9, 3)], Applied(await again.Server.SynchroniseAsync([Wanted.Lab(9, 3)], Cancellation)));
        var round = Assert.Single(again.Sent, message => message.Round is not null).Round;
        Assert.Equal((Round.Types.Kind.Same, 0), (round.Kind, round.Changed.Count));
        Assert.Equal("all 9@3", _machine.Calls[^1]);
        Assert.Equal(3, kept.Kept.Position.Revision);
    }

    [Fact]
    public async Task What_only_one_end_knows_is_sent_in_full_and_nothing_else_stays()
    {
        using var kept = Pair.Keep(_machine, _clock, States.Write(Wanted.Lab(7, 1)), States.Write(Wanted.Lab(9, 1)));
        await kept.CompareAsync(Cancellation);
        await using var pair = await Pair.ConnectAsync(kept, _clock);
        Assert.Equal([(9, 2)], Applied(await pair.Server.SynchroniseAsync([Wanted.Lab(9, 2)], Cancellation)));
        Assert.Equal(Round.Types.Kind.Snapshot, Assert.Single(pair.Sent, message => message.Round is not null).Round.Kind);
        Assert.Equal([9], _machine.InForce.Keys);
        Assert.Equal([9], kept.Kept.All.Select(one => one.Index));
    }

    /// <summary>The server believes what the agent says of its memory, and the agent looks.</summary>
    [Fact]
    public async Task A_digest_that_is_not_true_leads_to_a_snapshot()
    {
        using var kept = Pair.Keep(_machine, _clock, States.Write(Wanted.Lab(9, 1)));
        await using var pair = await Pair.ConnectAsync(kept, _clock);
        kept.Kept.Put(9, null);
        Assert.Equal([(9, 1)], Applied(await pair.Server.SynchroniseAsync([Wanted.Lab(9, 1)], Cancellation)));
        Assert.Equal([Round.Types.Kind.Same, Round.Types.Kind.Snapshot], pair.Sent.Where(message => message.Round is not null).Select(message => message.Round.Kind));
    }

    [Fact]
    public async Task A_set_of_thousands_comes_in_parts_and_is_applied_once()
    {
        using var kept = Pair.Keep(_machine, _clock);
        await using var pair = await Pair.ConnectAsync(kept, _clock);
        var many = Enumerable.Range(1, 5000).Select(index => Wanted.Lab(index, index)).ToList();
        Assert.Equal(5000, (await pair.Server.SynchroniseAsync(many, Cancellation)).Count);
        Assert.True(pair.Sent.Count(message => message.Round is not null) > 1);
        Assert.All(pair.Sent, message => Assert.InRange(message.CalculateSize(), 0, 512 << 10));
        Assert.Single(_machine.Calls);
    }

    [Fact]
    public async Task A_refusal_keeps_what_stood_in_the_memory_too()
    {
        using var kept = Pair.Keep(_machine, _clock);
        await using var pair = await Pair.ConnectAsync(kept, _clock);
        await pair.Server.ApplyAsync([Wanted.Lab(9, 1)], [], Cancellation);
        _machine.Refusals[9] = "no room";
        _machine.Refusals[8] = "no room";
        var reports = (await pair.Server.ApplyAsync([Wanted.Lab(9, 2), Wanted.Lab(8, 3)], [], Cancellation)).Cast<AgentReport.Rejected>().ToList();
        Assert.Equal([(9, 1L), (8, null)], reports.Select(report => (report.Index, report.Standing?.Revision)));
        Assert.Equal([(9, 1)], kept.Kept.All.Select(one => (one.Index, one.Revision)));
    }

    [Fact]
    public async Task What_a_newer_server_says_and_this_agent_cannot_read_is_refused_and_what_stood_stands()
    {
        using var kept = Pair.Keep(_machine, _clock);
        await using var pair = await Pair.ConnectAsync(kept, _clock);
        await pair.Server.ApplyAsync([Wanted.Lab(9, 1)], [], Cancellation);
        var newer = States.Write(Wanted.Lab(9, 2));
        var state = State.Parser.ParseFrom(newer.State);
        state.Needs = States.Known + 1;
        newer.State = Google.Protobuf.MessageExtensions.ToByteString(state);
        var snapshot = new Round { Id = 1, Kind = Round.Types.Kind.Snapshot, Changed = { newer, States.Write(Wanted.Lab(8, 3)) }, Position = new Position() };
        var (reports, _) = await kept.ApplyAsync(snapshot, mayGuard: true, Cancellation);
        Assert.Equal([(8, null), (9, 1L)], reports.OrderBy(report => report.Index).Select(report => (report.Index, report.Rejected?.Standing?.Revision)));
        Assert.Equal([8, 9], _machine.InForce.Keys.Order());
        Assert.Equal(1, _machine.InForce[9].Revision);
    }

    [Fact]
    public async Task An_agent_that_can_do_nothing_says_why_and_goes_on()
    {
        using var kept = Pair.Keep(_machine, _clock);
        await using var pair = await Pair.ConnectAsync(kept, _clock);
        _machine.Broken = "no memory";
        Assert.Equal("no memory", (await Assert.ThrowsAnyAsync<AgentException>(() => pair.Server.ApplyAsync([Wanted.Lab(9, 1)], [], Cancellation))).Message);
        _machine.Broken = null;
        Assert.Equal([(9, 1)], Applied(await pair.Server.ApplyAsync([Wanted.Lab(9, 1)], [], Cancellation)));
    }

    [Fact]
    public async Task Alone_an_agent_compares_when_something_has_drifted_and_with_a_server_it_tells_it()
    {
        using var kept = Pair.Keep(_machine, _clock, States.Write(Wanted.Lab(9, 1)));
        var compared = new SemaphoreSlim(0);
        _machine.Delay = _ =>
        {
            compared.Release();
            return Task.CompletedTask;
        };
        kept.Follow();
        _machine.Drift();
        await compared.WaitAsync(Cancellation);
        await using var pair = await Pair.ConnectAsync(kept, _clock);
        var drift = pair.Server.DriftAsync(Cancellation);
        _machine.Drift();
        await drift;
        Assert.Equal(["all 9@1"], _machine.Calls);
    }

    [Fact]
    public async Task Questions_are_answered_beside_a_round()
    {
        using var kept = Pair.Keep(_machine, _clock);
        await using var pair = await Pair.ConnectAsync(kept, _clock);
        await pair.Server.ApplyAsync([Wanted.Lab(9, 1)], [], Cancellation);
        var verdict = await pair.Server.AskKernelAsync(9, new PortKey(NetworkProtocol.Tcp, 22, 22), Cidr.AnyIpv6, Cancellation);
        Assert.Equal((true, "22/tcp ::/0"), (verdict.IsFiltered, Assert.Single(verdict.Sets)));
        Assert.Equal("no such instance", (await Assert.ThrowsAnyAsync<AgentException>(() => pair.Server.AskKernelAsync(7, new PortKey(NetworkProtocol.Tcp, 22, 22), Cidr.AnyIpv6, Cancellation))).Message);
        Assert.Null((await pair.Server.InspectAsync(new Attachment.Interface("vnet0", [], []), Cancellation)).Refusal);
        Assert.Contains("vnet0", _machine.Calls[^1], StringComparison.Ordinal);
        Assert.Empty(await pair.Server.FindSshSessionsAsync(Cancellation));
    }

    [Fact]
    public async Task A_server_is_told_what_the_agent_says_of_itself()
    {
        _machine.Status = new AgentStatus(true, "drain", 4, null, "full") { Protection = "owned", KernelRelease = "6.18" };
        using var kept = Pair.Keep(_machine, _clock);
        await using var pair = await Pair.ConnectAsync(kept, _clock);
        Assert.Equal(_machine.Status with { Version = "0.1.0", ClockOffset = TimeSpan.Zero }, pair.Server.Status);
        Assert.Equal("0.1.0", pair.Server.Release);
        Assert.Equal([1, 2, 3], Assert.Single((await pair.Welcomed.Task).Authorities).ToByteArray());
    }

    private static IEnumerable<(long Index, long Revision)> Applied(IReadOnlyList<AgentReport> reports) =>
        reports.Select(report => Assert.IsType<AgentReport.Applied>(report)).Select(report => (report.Index, report.Revision));
}
