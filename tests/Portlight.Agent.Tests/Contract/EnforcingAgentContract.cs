using Portlight.AgentProtocol;

namespace Portlight.Agent.Tests.Contract;

/// <summary>What an agent that filters packets does besides: it can be refused, and others can change what it made.</summary>
public abstract class EnforcingAgentContract : AgentContract
{
    /// <summary>From now on the instance of this index cannot be made, and what stands of it stays; disposed of, it can.</summary>
    protected abstract IDisposable Obstruct(long index);

    /// <summary>Somebody else changes what the agent has in the kernel.</summary>
    protected abstract void ChangeByAnother();

    [Fact]
    public async Task One_that_is_refused_costs_no_other_and_is_applied_when_nothing_is_in_its_way()
    {
        using (Obstruct(8))
        {
            var reports = await Agent.ApplyAsync([At(7, 1), At(8, 2), At(9, 3)], [], Cancellation);
            Assert.Equal([7, 8, 9], reports.Select(report => report.Index).Order());
            var refused = Assert.Single(reports.OfType<AgentReport.Rejected>());
            Assert.Equal((8, 2, null), (refused.Index, refused.Revision, refused.Standing));
            Assert.False(string.IsNullOrWhiteSpace(refused.Reason));
            Assert.Equal([(7, 1), (9, 3)], Applied([.. reports.Except([refused])]));
            Assert.Equal(8, Assert.Single((await Agent.SynchroniseAsync([At(7, 1), At(8, 2), At(9, 3)], Cancellation)).OfType<AgentReport.Rejected>()).Index);
        }

        Assert.Equal([(8, 4)], Applied(await Agent.ApplyAsync([At(8, 4)], [], Cancellation)));
    }

    [Fact]
    public async Task A_change_by_another_is_told_once_and_repaired()
    {
        await Agent.SynchroniseAsync([At(9, 1)], Cancellation);
        var drift = Agent.DriftAsync(Cancellation);
        Assert.False(drift.IsCompleted);
        ChangeByAnother();
        await drift;
        Assert.Equal([(9, 1)], Applied(await Agent.SynchroniseAsync([At(9, 1)], Cancellation)));
        Assert.Equal(1, Agent.Status.DriftRepairs);
        Assert.NotNull(Agent.Status.LastDrift);
        using var given = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var next = Agent.DriftAsync(given.Token);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }
}
