using Portlight.Domain;

namespace Portlight.Server.Tests.Operations;

/// <summary>What the operation record of a change of ports says, and what is read back.</summary>
public sealed class PortRecordTests
{
    [Theory]
    [InlineData("Put", """[{"fromPort":443,"toPort":443,"protocol":"tcp"},{"fromPort":7000,"toPort":8000,"protocol":"UDP"}]""", "443/tcp,7000-8000/udp")]
    [InlineData("Put", """[{"fromPort":8,"toPort":-1,"protocol":"icmp"}]""", "icmp:8")]
    [InlineData("Put", """[{"fromPort":0,"toPort":65535,"protocol":"all"}]""", "all")]
    [InlineData("Put", "[]", "")]
    [InlineData("Open", """{"fromPort":128,"toPort":0,"protocol":"icmpv6"}""", "icmpv6:128:0")]
    [InlineData("Open", """{"fromPort":22,"toPort":22,"protocol":"tcp","cidrs":["192.0.2.1"]}""", "22/tcp")]
    [InlineData("Close", """{"fromPort":22,"toPort":22,"protocol":"tcp"}""", "22/tcp")]
    public async Task Details_name_the_rules_of_the_request(string verb, string rules, string details)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");

        var operation = (await server.SendAsync(verb + "InstancePublicPorts", $$"""{"instanceName":"web-1","{{(verb == "Put" ? "portInfos" : "portInfo")}}":{{rules}}}""")).GetProperty("operation");

        Assert.Equal((details, "Succeeded"), (operation.Text("operationDetails"), operation.Text("status")));
    }

    [Theory]
    [InlineData(false, "all", "icmpv6")]
    [InlineData(true, "-1", "icmpv6")]
    public async Task Protocols_are_read_back_in_lower_case_and_all_as_the_service_has_it_where_that_is_wanted(bool quirks, string all, string icmpv6)
    {
        await using var server = await ServerHarness.StartAsync(options => options with { AwsQuirks = quirks });
        await server.CreateRunningAsync("web-1");
        await server.SendAsync("PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[{"fromPort":0,"toPort":65535,"protocol":"ALL"},{"fromPort":128,"toPort":-1,"protocol":"icmp6"},{"fromPort":53,"toPort":53,"protocol":"Udp"}]}""");

        var read = (await server.SendAsync("GetInstancePortStates", """{"instanceName":"web-1"}""")).GetProperty("portStates");
        Assert.Equal([all, icmpv6, "udp"], read.EnumerateArray().Select(port => port.Text("protocol")));
        Assert.Equal("fromPort,toPort,protocol,state,cidrs,ipv6Cidrs,cidrListAliases", read[1].Members()); // lists are there when they are empty, too
        Assert.Equal([all, icmpv6, "udp"], (await server.InstanceAsync("web-1")).GetProperty("networking").GetProperty("ports").EnumerateArray().Select(port => port.Text("protocol")));

        // What was read may be put again: Terraform does.
        await server.SendAsync("PutInstancePublicPorts", $$"""{"instanceName":"web-1","portInfos":[{"fromPort":0,"toPort":65535,"protocol":"{{all}}"}]}""");
    }

    [Fact]
    public async Task Ports_are_read_as_they_are_wanted_whether_the_kernel_has_them_yet_or_not()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { ConfirmTimeout = TimeSpan.Zero });
        await server.AddInstanceAsync("web-1");
        await server.SettleAsync();
        var release = server.Agent.Hold();

        var operation = (await server.SendAsync("PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp"}]}""")).GetProperty("operation");

        Assert.Equal("Started", operation.Text("status"));
        Assert.Equal(443, (await server.SendAsync("GetInstancePortStates", """{"instanceName":"web-1"}""")).GetProperty("portStates")[0].GetProperty("fromPort").GetInt32());
        release();
        await server.SettleAsync();
    }

    [Theory]
    [InlineData(InstanceState.Pending)]
    [InlineData(InstanceState.Stopping)]
    [InlineData(InstanceState.Stopped)]
    public async Task Ports_change_while_an_instance_does_not_run(InstanceState state)
    {
        await using var server = await ServerHarness.StartAsync(options => options with { ConfirmTimeout = TimeSpan.Zero });
        await server.AddInstanceAsync("web-1");
        await server.SettleAsync();
        var release = server.Agent.Hold(); // or it would arrive at the next state by itself
        await server.ChangeAsync("web-1", instance => instance with { State = state });

        await server.SendAsync("PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[{"fromPort":80,"toPort":80,"protocol":"tcp"}]}""");
        await server.SendAsync("OpenInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":443,"toPort":443,"protocol":"tcp"}}""");
        await server.SendAsync("CloseInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":80,"toPort":80,"protocol":"tcp"}}""");

        var stored = server.Server.Store.View.FindInstance(server.Scope, "web-1")!;
        Assert.Equal((state, "443/tcp from 0.0.0.0/0, ::/0"), (stored.State, stored.Ports.ToString()));
        release();
        await server.SettleAsync();
    }
}
