namespace Portlight.Server.Tests.Sequences;

/// <summary>The calls of the resource handlers that the Lightsail team wrote for CloudFormation (AWS::Lightsail::Instance, AWS::Lightsail::StaticIp).</summary>
public sealed class CloudFormationTests
{
    [Fact]
    public async Task An_instance_without_a_zone_is_created_its_ports_put_running_and_stopped_and_deleted()
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.Contains((await server.RefuseAsync("GetInstance", """{"instanceName":"cfn-1"}""")).Type, new[] { "NotFoundException", "InvalidInputException" });

        // Without AvailabilityZone the handler takes the first zone name of the region in sort order.
        var region = (await server.SendAsync("GetRegions", """{"includeAvailabilityZones":true}""")).GetProperty("regions").EnumerateArray().Single(region => region.Text("name") == "us-east-1");
        var zone = region.GetProperty("availabilityZones").EnumerateArray().Select(zone => zone.Text("zoneName")).Order(StringComparer.Ordinal).First();
        await server.SendAsync("CreateInstances", $$"""{"instanceNames":["cfn-1"],"availabilityZone":"{{zone}}","blueprintId":"amazon_linux_2023","bundleId":"nano_3_0","tags":[{"key":"stack","value":"s"}]}""");
        await server.SettleAsync();
        Assert.Equal("running", (await server.SendAsync("GetInstanceState", """{"instanceName":"cfn-1"}""")).GetProperty("state").Text("name"));

        await PutAsync(server, 8080);
        await server.SendAsync("StopInstance", """{"instanceName":"cfn-1"}""");
        await server.SettleAsync();
        await PutAsync(server, 9090); // preUpdate waits for running or stopped: Put works on both
        var port = Assert.Single((await server.InstanceAsync("cfn-1")).GetProperty("networking").GetProperty("ports").EnumerateArray());
        Assert.Equal((9090, "public"), (port.GetProperty("fromPort").GetInt32(), port.Text("accessType")));

        await server.SendAsync("UntagResource", """{"resourceName":"cfn-1","tagKeys":["stack"]}""");
        await server.SendAsync("DeleteInstance", """{"instanceName":"cfn-1","forceDeleteAddOns":true}""");
        Assert.Equal("NotFoundException", (await server.RefuseAsync("GetInstance", """{"instanceName":"cfn-1"}""")).Type);
    }

    /// <summary>vagrant-lightsail: GetInstance straight after CreateInstances, Open per port while it may still boot; packer-lightsail waits for code 16.</summary>
    [Fact]
    public async Task Ports_open_on_an_instance_that_is_still_pending()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { ConfirmTimeout = TimeSpan.Zero });
        var release = server.Agent.Hold();
        await server.SendAsync("CreateInstances", LightsailCalls.CreateBody("vagrant-1"));
        Assert.Equal(0, (await server.InstanceAsync("vagrant-1")).GetProperty("state").GetProperty("code").GetInt32());
        var opened = (await server.SendAsync("OpenInstancePublicPorts", """{"instanceName":"vagrant-1","portInfo":{"fromPort":443,"toPort":443,"protocol":"tcp"}}""")).GetProperty("operation");
        Assert.Equal("Started", opened.Text("status"));

        release();
        await server.SettleAsync();
        Assert.Equal(16, (await server.InstanceAsync("vagrant-1")).GetProperty("state").GetProperty("code").GetInt32());
        Assert.Equal("Succeeded", (await server.OperationAsync(opened)).Text("status"));
        Assert.Equal("443/tcp", server.Agent.Applied.Values.Single().Ports.Rules[^1].Key.ToString());
    }

    private static Task<System.Text.Json.JsonElement> PutAsync(ServerHarness server, int port) => server.SendAsync(
        "PutInstancePublicPorts",
        $$"""{"instanceName":"cfn-1","portInfos":[{"fromPort":{{port}},"toPort":{{port}},"protocol":"tcp","cidrs":["192.0.2.0/24"]}]}""");
}
