using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Agent.Tests.Contract;

/// <summary>What every agent does, in this process or at the end of a stream; the reconciler rests on it. The suites of the agents run it.</summary>
public abstract class AgentContract
{
    private static readonly PortRule Https = new(new PortKey(NetworkProtocol.Tcp, 443, 443), [Cidr.AnyIpv4], [Cidr.AnyIpv6], []);

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The agent under test, with nothing applied.</summary>
    protected abstract IAgent Agent { get; }

    /// <summary>An instance of this index that the agent can apply: other indexes have other names and addresses.</summary>
    protected abstract DesiredInstance Instance(long index);

    [Fact]
    public async Task Every_change_is_reported_once_at_its_revision()
    {
        Assert.Equal([(8, 1), (9, 2)], Applied(await Agent.ApplyAsync([At(8, 1), At(9, 2)], [], Cancellation)));
        Assert.Empty(await Agent.ApplyAsync([], [], Cancellation));
    }

    [Fact]
    public async Task The_same_state_twice_is_applied_twice_and_a_newer_one_replaces_it()
    {
        var first = At(9, 1);
        Assert.Equal([(9, 1)], Applied(await Agent.ApplyAsync([first], [], Cancellation)));
        Assert.Equal([(9, 1)], Applied(await Agent.ApplyAsync([first], [], Cancellation)));
        Assert.Equal([(9, 2)], Applied(await Agent.ApplyAsync([first with { Revision = 2, Ports = PortSet.Of(Https) }], [], Cancellation)));
        Assert.Equal([(9, 3)], Applied(await Agent.ApplyAsync([first with { Revision = 3, IsRunning = false }], [], Cancellation)));
    }

    [Fact]
    public async Task What_is_removed_is_not_reported_need_not_have_been_there_and_can_come_again()
    {
        await Agent.ApplyAsync([At(8, 1), At(9, 2)], [], Cancellation);
        Assert.Equal([(8, 3)], Applied(await Agent.ApplyAsync([At(8, 3)], [9, 77], Cancellation)));
        Assert.Empty(await Agent.ApplyAsync([], [9], Cancellation));
        Assert.Equal([(9, 4)], Applied(await Agent.ApplyAsync([At(9, 4)], [], Cancellation)));
    }

    [Fact]
    public async Task A_comparison_reports_every_instance_that_is_wanted_and_is_dated()
    {
        await Agent.ApplyAsync([At(7, 1), At(8, 2)], [], Cancellation);
        var before = Agent.Status.LastSynchronised;
        Assert.Equal([(8, 2), (9, 3)], Applied(await Agent.SynchroniseAsync([At(8, 2), At(9, 3)], Cancellation)));
        Assert.NotNull(Agent.Status.LastSynchronised);
        Assert.NotEqual(before, Agent.Status.LastSynchronised);
        Assert.Empty(await Agent.SynchroniseAsync([], Cancellation));
    }

    [Fact]
    public async Task Nothing_drifts_by_what_the_agent_does_itself_and_waiting_for_drift_can_be_given_up()
    {
        await Agent.SynchroniseAsync([At(9, 1)], Cancellation);
        using var given = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var drift = Agent.DriftAsync(given.Token);
        await Agent.ApplyAsync([At(9, 2) with { Ports = PortSet.Of(Https) }], [], Cancellation);
        await Agent.SynchroniseAsync([At(9, 2) with { Ports = PortSet.Of(Https) }], Cancellation);
        Assert.False(drift.IsCompleted);
        Assert.Equal(0, Agent.Status.DriftRepairs);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => drift);
    }

    [Fact]
    public async Task What_it_says_of_itself_is_whole()
    {
        await Agent.SynchroniseAsync([At(9, 1)], Cancellation);
        var status = Agent.Status;
        Assert.Contains(status.Connections, new[] { "cut", "drain" });
        Assert.False(string.IsNullOrWhiteSpace(status.KernelRelease));
        Assert.Equal((0, null), (status.DriftRepairs, status.LastProblem));
        Assert.True(status.Enforces ? status is { Reason: null, Protection: "owned" or "watched" } : status.Protection is null);
    }

    protected DesiredInstance At(long index, long revision) => Instance(index) with { Revision = revision };

    protected static IEnumerable<(long Index, long Revision)> Applied(IReadOnlyList<AgentReport> reports) =>
        reports.Select(report => Assert.IsType<AgentReport.Applied>(report)).Select(report => (report.Index, report.Revision));
}
