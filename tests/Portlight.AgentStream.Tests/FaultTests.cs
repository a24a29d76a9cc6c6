using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Server;
using Portlight.AgentStream.Wire;
using Portlight.Domain;

namespace Portlight.AgentStream.Tests;

/// <summary>An agent that does not keep to the protocol is disconnected and told why; what waited for it fails, and claims nothing.</summary>
public sealed class FaultTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly List<FromServer> _sent = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Faults => [.. Answers.Keys];

    private static Dictionary<string, (Func<Round, FromAgent> Answer, string Because)> Answers { get; } = new()
    {
        ["an instance that was not sent"] = (round => Done(round, report => report.Index = 5), "was not sent"),
        ["another revision"] = (round => Done(round, report => report.Revision = 99), "was not sent"),
        ["nothing of an instance"] = (round => Done(round, null), "says nothing of 1"),
        ["a position ahead"] = (round => Done(round, _ => { }, done => done.Position.Revision++), "where it was not sent to"),
        ["a position of another epoch"] = (round => Done(round, _ => { }, done => done.Position.Epoch = "two"), "where it was not sent to"),
        ["no position"] = (round => Done(round, _ => { }, done => done.Position = null), "where it was not sent to"),
        ["another round"] = (round => Done(round, _ => { }, done => done.Id++), "not under way"),
        ["no status"] = (round => Done(round, _ => { }, done => done.Status = null), "says nothing of itself"),
        ["no outcome"] = (round => Done(round, report => report.ClearOutcome()), "does not say what became"),
        ["an instance twice"] = (round => Done(round, _ => { }, done => done.Reports.Add(done.Reports[0])), "has reported already"),
        ["a standing state that is none"] = (round => Done(round, report => report.Rejected = new Report.Types.Rejected { Reason = "no", Standing = new Desired { State = ByteString.CopyFromUtf8("?") } }), "cannot be read"),
        ["kept without being asked"] = (round => new FromAgent { Kept = new Kept { Id = round.Id } }, "keeps what it was not asked"),
        ["an answer to no question"] = (_ => new FromAgent { Answer = new Answer { Id = 1 } }, "was not asked"),
        ["hello twice"] = (_ => Hello(), "its hello twice"),
        ["nothing that is known"] = (_ => new FromAgent(), "does not know"),
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_an_agent_must_not_send_ends_the_stream_with_the_reason(string fault)
    {
        var (answer, because) = Answers[fault];
        var agent = Agent(Hello());
        var round = agent.ApplyAsync([Wanted.Lab(9, 1)], [], Cancellation);
        agent.Take(answer(Assert.Single(_sent).Round));
        Assert.Contains(because, await agent.Ended, StringComparison.Ordinal);
        Assert.Contains(because, (await Assert.ThrowsAnyAsync<AgentException>(() => round)).Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<AgentException>(() => agent.ApplyAsync([Wanted.Lab(9, 2)], [], Cancellation));
        await Assert.ThrowsAnyAsync<AgentException>(() => agent.FindSshSessionsAsync(Cancellation));
    }

    [Fact]
    public async Task An_agent_that_never_reports_is_disconnected()
    {
        var agent = Agent(Hello());
        var round = agent.SynchroniseAsync([Wanted.Lab(9, 1)], Cancellation);
        _clock.Advance(Pair.Options.RoundPatience - TimeSpan.FromSeconds(1));
        Assert.False(round.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<AgentException>(() => round);
        Assert.Contains("has not reported a round for 60 s", await agent.Ended, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_reads_nothing_is_disconnected()
    {
        var isStuck = new TaskCompletionSource();
        var agent = new RemoteAgent("fra-07", Hello(), (_, cancellation) => isStuck.Task.WaitAsync(cancellation), Pair.Options, _clock);
        var round = agent.ApplyAsync([Wanted.Lab(9, 1)], [], Cancellation);
        _clock.Advance(Pair.Options.RoundPatience);
        await agent.Ended;
        await Assert.ThrowsAnyAsync<AgentException>(() => round);
    }

    [Fact]
    public async Task A_round_that_is_given_up_ends_the_stream_because_nobody_knows_what_is_in_force()
    {
        var agent = Agent(Hello());
        using var given = new CancellationTokenSource();
        var round = agent.ApplyAsync([Wanted.Lab(9, 1)], [], given.Token);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => round);
        Assert.Contains("given up", await agent.Ended, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_that_is_not_answered_fails_alone_and_its_late_answer_is_dropped()
    {
        var agent = Agent(Hello());
        var question = agent.AskKernelAsync(9, new PortKey(NetworkProtocol.Tcp, 22, 22), Cidr.AnyIpv4, Cancellation);
        _clock.Advance(Pair.Options.QuestionPatience);
        Assert.Contains("not answered", (await Assert.ThrowsAnyAsync<AgentException>(() => question)).Message, StringComparison.Ordinal);
        agent.Take(new FromAgent { Answer = new Answer { Id = 1, Verdict = new Answer.Types.Verdict() } });
        Assert.False(agent.Ended.IsCompleted);
    }

    [Fact]
    public async Task More_questions_than_an_agent_has_time_for_are_refused()
    {
        var agent = Agent(Hello());
        var asked = Enumerable.Range(0, Questions.MaxOpen).Select(_ => agent.FindSshSessionsAsync(Cancellation)).ToList();
        Assert.Contains("ask again", (await Assert.ThrowsAnyAsync<AgentException>(() => agent.FindSshSessionsAsync(Cancellation))).Message, StringComparison.Ordinal);
        agent.Take(new FromAgent { Answer = new Answer { Id = 1, SshSessions = new Answer.Types.Connections() } });
        Assert.Empty(await asked[0]);
        agent.End("done");
        foreach (var open in asked[1..])
        {
            await Assert.ThrowsAnyAsync<AgentException>(() => open);
        }
    }

    [Fact]
    public void An_agent_of_another_version_of_the_protocol_or_without_a_hello_is_not_talked_to()
    {
        var other = Hello();
        other.Hello.Version = 2;
        Assert.Contains("upgrade the older", Assert.Throws<StreamFaultException>(() => Agent(other)).Message, StringComparison.Ordinal);
        Assert.Throws<StreamFaultException>(() => Agent(new FromAgent { Drift = new Drift() }));
    }

    [Fact]
    public void A_clock_that_is_a_day_off_is_told_and_nothing_else()
    {
        var late = Hello();
        late.Hello.Clock = (_clock.GetUtcNow() - TimeSpan.FromDays(1)).ToUnixTimeMilliseconds();
        Assert.Equal(TimeSpan.FromDays(-1), Agent(late).ClockAhead);
        late.Hello.Clock = long.MaxValue;
        Assert.True(Agent(late).ClockAhead > TimeSpan.FromDays(365));
    }

    /// <summary>An older agent names fewer kinds; it is sent no others.</summary>
    [Fact]
    public async Task An_agent_is_sent_no_kind_that_it_has_not_named()
    {
        var plain = Hello();
        plain.Hello.Kinds.Clear();
        plain.Hello.Digest = SetDigest.Of([States.Write(Wanted.Lab(9, 1))]);
        var agent = Agent(plain);
        Assert.Contains("does not know `discover`: upgrade it", (await Assert.ThrowsAnyAsync<AgentException>(() => agent.DiscoverAsync(Cancellation))).Message, StringComparison.Ordinal);
        Assert.Contains("does not know `ask-kernel`", (await Assert.ThrowsAnyAsync<AgentException>(() => agent.AskKernelAsync(9, default, Cidr.AnyIpv4, Cancellation))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<AgentException>(() => agent.FindSshSessionsAsync(Cancellation));
        await Assert.ThrowsAnyAsync<AgentException>(() => agent.InspectAsync(new Attachment.Lab(), Cancellation));
        _ = agent.SynchroniseAsync([Wanted.Lab(9, 1)], Cancellation);
        Assert.Equal(Round.Types.Kind.Snapshot, Assert.Single(_sent).Round.Kind);
        agent.End("done");
    }

    private RemoteAgent Agent(FromAgent hello) => new(
        "fra-07",
        hello,
        (message, _) =>
        {
            _sent.Add(message);
            return Task.CompletedTask;
        },
        Pair.Options,
        _clock);

    private static FromAgent Hello() => new()
    {
        Hello = new Hello { Version = 1, Kinds = { Kinds.OfAgent }, Release = "0.1.0", Status = new Status { Connections = "cut" }, Position = new Position() },
    };

    private static FromAgent Done(Round round, Action<Report>? change, Action<Done>? changeAll = null)
    {
        var done = new Done { Id = round.Id, Position = round.Position.Clone(), Status = new Status { Connections = "cut" } };
        if (change is not null)
        {
            var report = new Report { Index = round.Changed[0].Index, Revision = round.Changed[0].Revision, Applied = new Report.Types.Applied() };
            change(report);
            done.Reports.Add(report);
        }

        changeAll?.Invoke(done);
        return new FromAgent { Done = done };
    }
}
