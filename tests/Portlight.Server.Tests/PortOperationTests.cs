using Portlight.Wire.Lightsail;

namespace Portlight.Server.Tests;

public sealed class PortOperationTests
{
    private static readonly LightsailJson Json = LightsailJson.Default;

    [Fact]
    public async Task Put_replaces_every_rule_and_says_Succeeded_once_the_kernel_has_it()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1");
        await PutAsync(server, "web-1", Rule(22), Rule(80));

        var answer = await PutAsync(server, "web-1", Rule(443));

        Assert.Equal(("Succeeded", true), (answer.Status, answer.IsTerminal));
        Assert.Equal(("PutInstancePublicPorts", "Instance", "web-1", "443/tcp"), (answer.OperationType, answer.ResourceType, answer.ResourceName, answer.OperationDetails));
        Assert.Equal(answer.CreatedAt, answer.StatusChangedAt);
        Assert.Equal("443/tcp from 0.0.0.0/0, ::/0", server.Agent.Applied[instance.Index].Ports.ToString());
        var port = Assert.Single(await PortStatesAsync(server, "web-1"));
        Assert.Equal((443, 443, "tcp", "open"), (port.FromPort, port.ToPort, port.Protocol, port.State));
        Assert.Equal(["0.0.0.0/0"], port.Cidrs);
        Assert.Equal(["::/0"], port.Ipv6Cidrs);
        Assert.Empty(port.CidrListAliases);
    }

    [Fact]
    public async Task An_empty_list_closes_everything()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1");
        await PutAsync(server, "web-1", Rule(22));

        await PutAsync(server, "web-1");

        Assert.Empty(server.Agent.Applied[instance.Index].Ports.Rules);
        Assert.Empty(await PortStatesAsync(server, "web-1"));
    }

    [Fact]
    public async Task A_bad_rule_is_named_with_every_other_one_and_nothing_changes()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        await PutAsync(server, "web-1", Rule(22));
        var revision = server.Server.Store.Revision;

        var refusal = await ServerHarness.RefusalAsync(() => PutAsync(
            server,
            "web-1",
            Rule(443),
            new PortInfo { FromPort = 9000, ToPort = 8000, Protocol = "tcp" },
            new PortInfo { FromPort = 1, ToPort = 1, Protocol = "sctp", Cidrs = ["010.0.0.1"] }));

        Assert.Equal("InvalidInputException", refusal.Type);
        Assert.Contains("portInfos[1].fromPort", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("portInfos[2].protocol", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("portInfos[2].cidrs[0]", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(revision, server.Server.Store.Revision);
        Assert.Equal(22, Assert.Single(await PortStatesAsync(server, "web-1")).FromPort);
    }

    /// <summary>The Go SDK sends no zeros, so neither do Terraform, Pulumi and Crossplane.</summary>
    [Theory]
    [InlineData("""{"protocol":"all","toPort":65535}""", "all from 0.0.0.0/0, ::/0")]
    [InlineData("""{"protocol":"tcp","toPort":1024,"fromPort":null}""", "0-1024/tcp from 0.0.0.0/0, ::/0")]
    [InlineData("""{"protocol":"udp"}""", "0/udp from 0.0.0.0/0, ::/0")]
    [InlineData("""{"protocol":"icmp","fromPort":8}""", "icmp:8:0 from 0.0.0.0/0")]
    [InlineData("""{"protocol":"icmpv6","fromPort":128}""", "icmpv6:128:0 from ::/0")]
    public async Task A_number_that_is_missing_is_zero(string rule, string open)
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1", Domain.PortSet.Empty);
        var alice = await server.AddUserAsync("alice", [Iam.IamCalls.AllowAll, """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NumericEquals":{"portlight:FromPort":"25"}}}]}"""]);
        async Task AllowedAsync(string operation, string ports, string expected)
        {
            var answer = await server.AskAsync(alice, operation, $$"""{"instanceName":"web-1",{{ports}}}""");
            Assert.True(answer.IsOk, answer.Message);
            Assert.Equal(expected, server.Agent.Applied[instance.Index].Ports.ToString());
        }

        await AllowedAsync("PutInstancePublicPorts", $"\"portInfos\":[{rule}]", open);
        await AllowedAsync("CloseInstancePublicPorts", $"\"portInfo\":{rule}", "nothing");
        await AllowedAsync("OpenInstancePublicPorts", $"\"portInfo\":{rule}", open);
        server.Agent.Facts = new AgentProtocol.AttachmentFacts(null, []);
        var attached = await server.AskAsync(alice, "AttachInstance", $$"""{"instanceName":"host-1","thisHost":true,"portInfos":[{{rule}}]}""", "Portlight_20261122.");
        Assert.True(attached.IsOk, attached.Message);
        Assert.Equal(open, server.Server.Store.View.FindInstance(server.Scope, "host-1")!.Ports.ToString());
    }

    [Fact]
    public async Task A_protocol_that_is_missing_is_a_mistake()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");

        var refused = await server.RefuseAsync("PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[{"fromPort":22,"toPort":22},{}]}""");

        Assert.Equal(
            "portInfos[0].protocol: is missing; one of tcp, udp, icmp, icmpv6, all is wanted; portInfos[1].protocol: is missing; one of tcp, udp, icmp, icmpv6, all is wanted",
            refused.Message);
    }

    [Fact]
    public async Task Open_adds_to_what_is_open_and_Close_takes_it_away_again()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        await PutAsync(server, "web-1", Rule(22));

        var opened = await server.CallAsync("OpenInstancePublicPorts", new() { InstanceName = "web-1", PortInfo = Rule(80) }, Json.OpenInstancePublicPortsRequest, Json.OpenInstancePublicPortsResponse);
        Assert.Equal(("OpenInstancePublicPorts", "80/tcp", "Succeeded"), (opened.Operation.OperationType, opened.Operation.OperationDetails, opened.Operation.Status));
        Assert.Equal([22, 80], (await PortStatesAsync(server, "web-1")).Select(port => port.FromPort));

        var closed = await server.CallAsync("CloseInstancePublicPorts", new() { InstanceName = "web-1", PortInfo = Rule(22) }, Json.CloseInstancePublicPortsRequest, Json.CloseInstancePublicPortsResponse);
        Assert.Equal("CloseInstancePublicPorts", closed.Operation.OperationType);
        Assert.Equal([80], (await PortStatesAsync(server, "web-1")).Select(port => port.FromPort));
    }

    [Fact]
    public async Task An_unknown_instance_is_not_found()
    {
        await using var server = await ServerHarness.StartAsync();

        var refusal = await ServerHarness.RefusalAsync(() => PutAsync(server, "web-9", Rule(22)));

        Assert.Equal(("NotFoundException", "DoesNotExist", "The Instance does not exist: web-9"), (refusal.Type, refusal.Code, refusal.Message));
    }

    [Fact]
    public async Task When_the_kernel_refuses_the_call_fails_and_the_old_ports_stand_everywhere()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1");
        await PutAsync(server, "web-1", Rule(22));
        server.Agent.Refuse(wanted => wanted.Ports.ToString().Contains("443", StringComparison.Ordinal) ? "the kernel has no memory left" : null);

        var refusal = await ServerHarness.RefusalAsync(() => PutAsync(server, "web-1", Rule(443)));

        Assert.Equal("OperationFailureException", refusal.Type);
        Assert.Contains("the kernel has no memory left", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(22, Assert.Single(await PortStatesAsync(server, "web-1")).FromPort);
        Assert.Equal("22/tcp from 0.0.0.0/0, ::/0", server.Agent.Applied[instance.Index].Ports.ToString());
        var failed = server.Server.Store.View.ListOperations(server.Scope, "web-1", null, 10).Operations[0];
        Assert.Equal((Domain.OperationStatus.Failed, "KernelRefused", "the kernel has no memory left"), (failed.Status, failed.ErrorCode, failed.ErrorDetails));
    }

    [Fact]
    public async Task When_the_kernel_is_slow_the_answer_is_Started_and_GetOperation_tells_the_rest()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        await PutAsync(server, "web-1", Rule(22));
        var release = server.Agent.Hold();

        var call = PutAsync(server, "web-1", Rule(443));
        await server.Agent.Asked; // the signature is verified by now, so that the clock may move
        await server.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => call.IsCompleted, "the end of the call's wait");

        var started = await call;
        Assert.Equal(("Started", false), (started.Status, started.IsTerminal));

        release();
        await server.Server.Hosts.Local.ConfirmAsync(server.Server.Store.Revision, TimeSpan.FromMinutes(1));
        Assert.Equal(Domain.OperationStatus.Succeeded, server.Server.Store.View.FindOperation(server.Scope, Guid.Parse(started.Id))!.Status);
    }

    [Fact]
    public async Task If_Match_lets_only_the_reader_of_the_newest_state_write()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");
        using var read = await server.PostAsync("GetInstancePortStates", """{"instanceName":"web-1"}""");
        var tag = read.Headers.ETag!.Tag;

        using var first = await server.PostAsync("PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp"}]}""", tag);
        using var second = await server.PostAsync("PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[]}""", tag);

        Assert.Equal((200, 412), ((int)first.StatusCode, (int)second.StatusCode));
        Assert.NotEqual(tag, first.Headers.ETag!.Tag);
    }

    [Fact]
    public async Task A_thousand_Puts_at_once_are_each_whole_and_all_recorded()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { RequestsPerSecond = 0 });
        var instance = await server.AddInstanceAsync("web-1");

        var answers = await Task.WhenAll(Enumerable.Range(1, 1000).Select(i => PutAsync(server, "web-1", Rule(i), Rule(i + 1000))));

        Assert.All(answers, answer => Assert.Equal("Succeeded", answer.Status));
        Assert.Equal(1000, answers.Select(answer => answer.Id).Distinct().Count());
        var ports = (await PortStatesAsync(server, "web-1")).Select(port => port.FromPort).ToList();
        Assert.Equal(ports[0] + 1000, ports[1]);
        Assert.Equal(2, ports.Count);
        Assert.Equal(ports[0], server.Agent.Applied[instance.Index].Ports.Rules[0].FromPort);
    }

    [Fact]
    public async Task What_was_put_is_there_after_a_restart_and_the_kernel_is_made_to_hold_it()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1");
        await PutAsync(server, "web-1", Rule(443));
        server.Agent.Applied.Clear();

        await server.RestartAsync();

        Assert.Equal(443, Assert.Single(await PortStatesAsync(server, "web-1")).FromPort);
        Assert.Equal(443, server.Agent.Applied[instance.Index].Ports.Rules[0].FromPort);
    }

    private static PortInfo Rule(int port) => new() { FromPort = port, ToPort = port, Protocol = "TCP" };

    private static async Task<Operation> PutAsync(ServerHarness server, string instance, params PortInfo[] rules) =>
        (await server.CallAsync("PutInstancePublicPorts", new() { InstanceName = instance, PortInfos = rules }, Json.PutInstancePublicPortsRequest, Json.PutInstancePublicPortsResponse)).Operation;

    private static async Task<IReadOnlyList<InstancePortState>> PortStatesAsync(ServerHarness server, string instance) =>
        (await server.CallAsync("GetInstancePortStates", new() { InstanceName = instance }, Json.GetInstancePortStatesRequest, Json.GetInstancePortStatesResponse)).PortStates;
}
