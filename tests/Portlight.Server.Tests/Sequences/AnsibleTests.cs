namespace Portlight.Server.Tests.Sequences;

/// <summary>The calls of community.aws, plugins/modules/lightsail.py and lightsail_static_ip.py, and what their integration tests assert.</summary>
public sealed class AnsibleTests
{
    [Fact]
    public async Task Present_with_public_ports_and_again_and_stopped_and_started_and_absent_twice()
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.Equal("NotFoundException", (await server.RefuseAsync("GetInstance", """{"instanceName":"ansible-test"}""")).Type);
        await server.SendAsync("CreateInstances", """{"instanceNames":["ansible-test"],"availabilityZone":"us-east-1a","blueprintId":"amazon_linux_2","bundleId":"nano_2_0","userData":""}""");
        Assert.Contains((await server.InstanceAsync("ansible-test")).GetProperty("state").Text("name"), new[] { "pending", "running" }); // at once, else None["state"]
        await server.SettleAsync();
        Assert.Equal("running", (await server.InstanceAsync("ansible-test")).GetProperty("state").Text("name"));
        await PutAsync(server);
        var ports = (await server.InstanceAsync("ansible-test")).GetProperty("networking").GetProperty("ports");
        Assert.Equal(50, Assert.Single(ports.EnumerateArray()).GetProperty("fromPort").GetInt32());

        // The same again, with ports and without: changed = before != after must be False.
        var before = (await server.InstanceAsync("ansible-test")).GetRawText();
        await PutAsync(server);
        Assert.Equal(before, (await server.InstanceAsync("ansible-test")).GetRawText());

        await server.SendAsync("StopInstance", """{"instanceName":"ansible-test"}""");
        await server.SettleAsync();
        Assert.Equal("stopped", (await server.InstanceAsync("ansible-test")).GetProperty("state").Text("name"));
        await server.SendAsync("StartInstance", """{"instanceName":"ansible-test"}""");
        await server.SettleAsync();
        Assert.Equal("running", (await server.InstanceAsync("ansible-test")).GetProperty("state").Text("name"));
        await server.SendAsync("RebootInstance", """{"instanceName":"ansible-test"}""");

        await server.SendAsync("DeleteInstance", """{"instanceName":"ansible-test"}""");
        Assert.Equal("NotFoundException", (await server.RefuseAsync("GetInstance", """{"instanceName":"ansible-test"}""")).Type);
    }

    [Fact]
    public async Task Static_ip_has_every_member_that_the_integration_test_asserts()
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.Equal("NotFoundException", (await server.RefuseAsync("GetStaticIp", """{"staticIpName":"ansible-ip"}""")).Type);
        await server.SendAsync("AllocateStaticIp", """{"staticIpName":"ansible-ip"}""");
        var read = (await server.SendAsync("GetStaticIp", """{"staticIpName":"ansible-ip"}""")).GetProperty("staticIp");
        Assert.All(new[] { "arn", "createdAt", "ipAddress", "isAttached", "name", "resourceType", "supportCode" }, member => Assert.True(read.Has(member), member));
        Assert.Equal("""{"availabilityZone":"all","regionName":"us-east-1"}""", read.GetProperty("location").GetRawText());
        await server.SendAsync("ReleaseStaticIp", """{"staticIpName":"ansible-ip"}""");
    }

    private static Task<System.Text.Json.JsonElement> PutAsync(ServerHarness server) => server.SendAsync(
        "PutInstancePublicPorts",
        """{"instanceName":"ansible-test","portInfos":[{"fromPort":50,"toPort":50,"protocol":"tcp","cidrs":["0.0.0.0/0"],"ipv6Cidrs":["::/0"]}]}""");
}
