using Portlight.AgentProtocol;
using Portlight.AgentStream.Tests;

namespace Portlight.AgentHost.Tests;

/// <summary>Lab instances on a machine whose operator allows none.</summary>
public sealed class LabRuleTests : IAsyncLifetime
{
    private readonly ShiftedClock _clock = new();
    private readonly Installation _installation;

    public LabRuleTests() => _installation = new Installation(_clock);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => new(_installation.StartAsync());

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task Where_no_lab_is_allowed_its_instances_are_refused_and_all_others_are_not()
    {
        await using var machine = new Machine(_clock) { AllowsLab = false };
        await machine.JoinAsync(_installation.Token("fra-09"));
        await machine.StartAsync();
        var agent = (await _installation.ConnectedAsync()).Agent;
        var reports = await agent.SynchroniseAsync([Wanted.Lab(8, 1), Wanted.Machine(9, 2, 22)], Cancellation);
        Assert.False(agent.Status.MakesLab);
        Assert.Contains("--lab", Assert.IsType<AgentReport.Rejected>(reports.Single(report => report.Index == 8)).Reason, StringComparison.Ordinal);
        Assert.IsType<AgentReport.Applied>(reports.Single(report => report.Index == 9));
    }

    [Fact]
    public async Task Lab_instances_that_a_machine_has_stay_and_are_changed_where_no_more_are_allowed()
    {
        await using var machine = new Machine(_clock);
        await machine.JoinAsync(_installation.Token("fra-09"));
        await machine.StartAsync();
        await (await _installation.ConnectedAsync()).Agent.SynchroniseAsync([Wanted.Lab(8, 1), Wanted.Lab(9, 2)], Cancellation);

        machine.AllowsLab = false;
        await machine.RestartAsync();
        Assert.Equal([8, 9], machine.Kernel.InForce.Keys.Order());
        var agent = (await _installation.ConnectedAsync()).Agent;
        var reports = await agent.SynchroniseAsync([Wanted.Lab(8, 3), Wanted.Lab(10, 4)], Cancellation);
        Assert.IsType<AgentReport.Applied>(reports.Single(report => report.Index == 8));
        Assert.IsType<AgentReport.Rejected>(reports.Single(report => report.Index == 10));
        Assert.Equal([8], machine.Kernel.InForce.Keys);
    }
}
