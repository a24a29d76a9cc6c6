using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Wire.PortlightApi;

namespace Portlight.Server.Tests;

/// <summary>An agent of each host is called by one loop, whoever has connected it; what is stored meanwhile waits for the next.</summary>
public sealed class HostRegistryTests
{
    [Fact]
    public async Task A_second_agent_under_one_name_is_given_everything_and_the_former_is_told_and_called_no_more()
    {
        await using var server = await ServerHarness.StartAsync();
        var first = await server.AddInstanceAsync("web-1", Ports(22));
        await Local(server).ConfirmAsync(first.Revision, TimeSpan.FromMinutes(1));
        using var between = server.Server.Hosts.Connect(HostName.Local, new ScriptedAgent());
        var newer = new ScriptedAgent();

        using var connection = server.Server.Hosts.Connect(HostName.Local, newer);
        Assert.Contains("another agent has connected as local", await between.Ended.WaitAsync(TestKit.Network.Deadline.Span, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var second = await server.AddInstanceAsync("web-2", Ports(443));
        await Local(server).ConfirmAsync(second.Revision, TimeSpan.FromMinutes(1));

        Assert.Equal([first.Index, second.Index], newer.Applied.Keys.Order());
        Assert.Equal([first.Index], server.Agent.Applied.Keys);
        Assert.Null(Local(server).AwaySince);
        Assert.False(connection.Ended.IsCompleted);
    }

    [Fact]
    public async Task An_agent_that_is_replaced_in_the_middle_of_a_call_does_not_overlap_with_the_next()
    {
        await using var server = await ServerHarness.StartAsync();
        var release = server.Agent.Hold();
        var instance = await server.AddInstanceAsync("web-1", Ports(22));
        await server.Agent.Asked;
        var newer = new ScriptedAgent();

        using var connection = server.Server.Hosts.Connect(HostName.Local, newer);
        await Local(server).ConfirmAsync(instance.Revision, TimeSpan.FromMinutes(1));

        Assert.Equal([instance.Index], newer.Applied.Keys);
        Assert.Empty(server.Agent.Applied);
        release();
    }

    [Fact]
    public async Task While_no_agent_is_there_nobody_waits_and_the_next_one_gets_what_was_stored()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.Server.Hosts.DisconnectAsync(HostName.Local, "a test");
        var instance = await server.AddInstanceAsync("web-1", Ports(22));
        var waiting = Local(server).ConfirmAsync(instance.Revision, TimeSpan.FromDays(1));

        await Assert.ThrowsAsync<TimeoutException>(() => waiting);
        Assert.Equal(server.Clock.GetUtcNow(), Local(server).AwaySince);
        Assert.Contains("away", Assert.Throws<AgentException>(() => Local(server).RequireAgent()).Message, StringComparison.Ordinal);
        var back = new ScriptedAgent();
        using var connection = server.Server.Hosts.Connect(HostName.Local, back);
        await Local(server).ConfirmAsync(instance.Revision, TimeSpan.FromMinutes(1));

        Assert.Equal([instance.Index], back.Applied.Keys);
    }

    [Fact]
    public async Task How_far_a_host_is_behind_is_known_after_a_restart_also_where_its_last_change_was_a_removal()
    {
        await using var server = await HostCalls.StartAsync();
        await HostCalls.JoinAsync(server, (await HostCalls.TokenAsync(server, "fra-07")).Token);
        var there = new ScriptedAgent();
        using (server.Server.Hosts.Connect("fra-07", there))
        {
            await HostCalls.AttachAsync(server, "vm-1", "fra-07");
        }

        await server.Server.Hosts.DisconnectAsync("fra-07", "a test");
        await HostCalls.CallAsync(server, "DetachInstance", new DetachInstanceRequest { InstanceName = "vm-1" }, HostCalls.Json.DetachInstanceRequest, HostCalls.Json.DetachInstanceResponse);
        var removed = server.Server.Store.Revision;
        await server.RestartAsync();

        var behind = (await HostCalls.GetAsync(server, "fra-07")).Host.Agent;
        Assert.Equal(removed, behind.WantedRevision);
        Assert.True(behind.AppliedRevision < removed);
        using var again = server.Server.Hosts.Connect("fra-07", there);
        await server.Server.Hosts.Find("fra-07")!.ConfirmAsync(removed, TimeSpan.FromMinutes(1));
        Assert.Empty(there.Applied);
        Assert.Equal(removed, (await HostCalls.GetAsync(server, "fra-07")).Host.Agent.AppliedRevision);
    }

    [Fact]
    public async Task What_an_agent_has_not_answered_when_it_went_away_is_asked_again_of_the_one_that_comes()
    {
        await using var server = await ServerHarness.StartAsync();
        var (gone, asked) = (new TaskCompletionSource<string>(), new List<IAgent>());
        var answer = Local(server).AskAsync(agent =>
        {
            asked.Add(agent);
            return asked.Count == 1 ? gone.Task : Task.FromResult("an answer");
        });
        await server.Server.Hosts.DisconnectAsync(HostName.Local, "a test");
        gone.SetException(new AgentGoneException("the stream is broken"));
        var back = new ScriptedAgent();
        using var connection = server.Server.Hosts.Connect(HostName.Local, back);

        Assert.Equal("an answer", await answer);
        Assert.Equal([server.Agent, back], asked);
    }

    [Fact]
    public async Task A_question_waits_for_another_agent_as_long_as_for_an_answer_and_one_that_was_answered_is_not_asked_again()
    {
        await using var server = await ServerHarness.StartAsync();
        var answer = Local(server).AskAsync<string>(_ => Task.FromException<string>(new AgentGoneException("the stream is broken")));
        Assert.False(answer.IsCompleted);
        server.Clock.Advance(HostQuestions.Patience);
        Assert.Equal("the stream is broken", (await Assert.ThrowsAsync<AgentGoneException>(() => answer)).Message);

        var times = 0;
        await Assert.ThrowsAsync<AgentException>(() => Local(server).AskAsync<string>(_ =>
        {
            times++;
            return Task.FromException<string>(new AgentException("the machine cannot be asked"));
        }));
        Assert.Equal(1, times);
    }

    [Fact]
    public async Task A_fault_of_ours_in_the_run_of_one_agent_does_not_end_that_of_the_next()
    {
        await using var server = await ServerHarness.StartAsync();
        using var faulty = server.Server.Hosts.Connect(HostName.Local, DispatchProxy.Create<IAgent, FaultyAgent>());
        var next = new ScriptedAgent();
        using var connection = server.Server.Hosts.Connect(HostName.Local, next);

        var instance = await server.AddInstanceAsync("web-1", Ports(22));
        await Local(server).ConfirmAsync(instance.Revision, TimeSpan.FromMinutes(1)).WaitAsync(TestKit.Network.Deadline.Span, TestContext.Current.CancellationToken);

        Assert.Equal([instance.Index], next.Applied.Keys);
    }

    /// <summary>What forgets a host runs after its removal, and may be late.</summary>
    [Fact]
    public async Task A_host_that_was_made_anew_is_not_forgotten_with_the_former_one()
    {
        await using var server = await HostCalls.StartAsync();
        await HostCalls.JoinAsync(server, (await HostCalls.TokenAsync(server, "fra-07")).Token);

        await server.Server.Hosts.ForgetAsync("fra-07", "the host fra-07 was removed");

        using var connection = server.Server.Hosts.Connect("fra-07", new ScriptedAgent());
        Assert.False(connection.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_host_that_nobody_has_made_has_no_agent()
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.Throws<AgentException>(() => server.Server.Hosts.Connect("fra-07", new ScriptedAgent()));
    }

    [Theory]
    [InlineData("fra-07", true)]
    [InlineData("0", true)]
    [InlineData("", false)]
    [InlineData("-fra", false)]
    [InlineData("Fra", false)]
    [InlineData("fra.07", false)]
    [InlineData("fra_07", false)]
    [InlineData("ärger", false)]
    public void A_name_of_a_host_is_plain(string name, bool isValid) => Assert.Equal(isValid, HostName.IsValid(name));

    [Fact]
    public void A_name_of_a_host_has_63_characters_at_most() => Assert.Equal((true, false), (HostName.IsValid(new string('a', 63)), HostName.IsValid(new string('a', 64))));

    /// <summary>Every call of it is a fault.</summary>
    [SuppressMessage("Performance", "CA1852", Justification = "A proxy is a class that is made from it.")]
    internal class FaultyAgent : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.ReturnType == typeof(AgentProtocol.AgentStatus) ? new AgentProtocol.AgentStatus(false, "cut", 0, null, null) : throw new InvalidOperationException("a fault of ours");
    }

    private static HostLoop Local(ServerHarness server) => server.Server.Hosts.Local;

    private static PortSet Ports(int port) => PortSet.Of(new PortRule(new PortKey(NetworkProtocol.Tcp, port, port), [Cidr.AnyIpv4], [], []));
}
