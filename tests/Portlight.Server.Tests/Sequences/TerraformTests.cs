using System.Text.Json;

namespace Portlight.Server.Tests.Sequences;

/// <summary>
/// The calls of terraform-provider-aws, internal/service/lightsail, in its order and with its members; polls take one turn because the kernel is the test. Its SDK,
/// Go v2, leaves out numbers that are 0.
/// </summary>
public sealed class TerraformTests
{
    [Fact]
    public async Task Aws_lightsail_instance_is_created_read_changed_and_destroyed()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.SendAsync("GetInstances"); // PreCheck

        var created = await server.SendAsync("CreateInstances", """
            {"availabilityZone":"us-east-1a","blueprintId":"amazon_linux_2","bundleId":"nano_1_0","instanceNames":["tf-acc-test"],"ipAddressType":"dualstack","tags":[{"key":"Name","value":"tf"}],"userData":"echo"}
            """);
        await WaitAsync(server, created.GetProperty("operations")[0]);

        var read = await server.InstanceAsync("tf-acc-test");
        Assert.Equal(("amazon_linux_2", "nano_1_0", "LightsailDefaultKeyPair", "ec2-user"), (read.Text("blueprintId"), read.Text("bundleId"), read.Text("sshKeyName"), read.Text("username")));
        Assert.Equal((1, 0.5), (read.GetProperty("hardware").GetProperty("cpuCount").GetInt32(), read.GetProperty("hardware").GetProperty("ramSizeInGb").GetDouble()));
        Assert.Matches("^([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}$", Assert.Single(read.GetProperty("ipv6Addresses").EnumerateArray()).GetString()!);
        Assert.Equal("[]", read.GetProperty("addOns").GetRawText());

        foreach (var type in new[] { "ipv4", "dualstack", "ipv6" })
        {
            var set = await server.SendAsync("SetIpAddressType", $$"""{"ipAddressType":"{{type}}","resourceName":"tf-acc-test","resourceType":"Instance"}""");
            await WaitAsync(server, set.GetProperty("operations")[0]);
            Assert.Equal(type, (await server.InstanceAsync("tf-acc-test")).Text("ipAddressType"));
        }

        await server.SendAsync("UntagResource", """{"resourceName":"tf-acc-test","tagKeys":["Name"]}""");
        await server.SendAsync("TagResource", """{"resourceName":"tf-acc-test","tags":[{"key":"Name","value":"new"}]}""");
        Assert.Equal("""[{"key":"Name","value":"new"}]""", (await server.InstanceAsync("tf-acc-test")).GetProperty("tags").GetRawText());

        var deleted = await server.SendAsync("DeleteInstance", """{"forceDeleteAddOns":true,"instanceName":"tf-acc-test"}""");
        await WaitAsync(server, deleted.GetProperty("operations")[0]);
        Assert.Equal(("NotFoundException", "DoesNotExist"), await TypeAndCodeAsync(server, "GetInstance", """{"instanceName":"tf-acc-test"}"""));
    }

    [Theory]
    [InlineData("""[{"fromPort":80,"protocol":"tcp","toPort":80}]""", """[[80,80,"tcp",["0.0.0.0/0"],["::/0"],[]]]""")]
    [InlineData("""[{"fromPort":80,"protocol":"tcp","toPort":80},{"fromPort":443,"protocol":"tcp","toPort":443}]""", """[[80,80,"tcp",["0.0.0.0/0"],["::/0"],[]],[443,443,"tcp",["0.0.0.0/0"],["::/0"],[]]]""")]
    [InlineData("""[{"cidrs":["192.168.1.0/24","1.1.1.1/32"],"fromPort":125,"protocol":"tcp","toPort":125}]""", """[[125,125,"tcp",["192.168.1.0/24","1.1.1.1/32"],[],[]]]""")]
    [InlineData("""[{"cidrListAliases":["lightsail-connect"],"fromPort":22,"protocol":"tcp","toPort":22}]""", """[[22,22,"tcp",[],[],["lightsail-connect"]]]""")]
    [InlineData("""[{"protocol":"all","toPort":65535},{"cidrs":["10.0.0.0/8"],"fromPort":22,"protocol":"tcp","toPort":22},{"fromPort":-1,"protocol":"icmp","toPort":-1}]""", """[[0,65535,"all",["0.0.0.0/0"],["::/0"],[]],[22,22,"tcp",["10.0.0.0/8"],[],[]],[-1,-1,"icmp",["0.0.0.0/0"],[],[]]]""")]
    [InlineData("""[{"protocol":"udp"},{"fromPort":8,"protocol":"icmp"},{"fromPort":128,"protocol":"icmpv6"},{"protocol":"tcp","toPort":1024}]""", """[[0,0,"udp",["0.0.0.0/0"],["::/0"],[]],[8,0,"icmp",["0.0.0.0/0"],[],[]],[128,0,"icmpv6",[],["::/0"],[]],[0,1024,"tcp",["0.0.0.0/0"],["::/0"],[]]]""")]
    public async Task Aws_lightsail_instance_public_ports_are_put_read_and_closed_one_by_one_as_read(string portInfos, string expected)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("tf-acc-test", "amazon_linux_2", "nano_1_0");

        await server.SendAsync("PutInstancePublicPorts", $$"""{"instanceName":"tf-acc-test","portInfos":{{portInfos}}}""");
        var read = await PortsAsync(server);
        Assert.Equal(expected, $"[{string.Join(",", read.Select(Row))}]");

        foreach (var port in read)
        {
            var members = new[] { "cidrListAliases", "cidrs", "fromPort", "ipv6Cidrs", "protocol", "toPort" }.Select(member => (Name: member, Text: port.GetProperty(member).GetRawText()));
            var asRead = string.Join(",", members.Where(member => member.Text != "0").Select(member => $"\"{member.Name}\":{member.Text}"));
            await server.SendAsync("CloseInstancePublicPorts", $"{{\"instanceName\":\"tf-acc-test\",\"portInfo\":{{{asRead}}}}}");
        }

        Assert.Empty(await PortsAsync(server));
        await server.SendAsync("DeleteInstance", """{"instanceName":"tf-acc-test"}""");
        Assert.Equal(("NotFoundException", "DoesNotExist"), await TypeAndCodeAsync(server, "GetInstancePortStates", """{"instanceName":"tf-acc-test"}"""));
    }

    [Fact]
    public async Task Aws_lightsail_key_pair_is_created_or_imported_tagged_read_and_destroyed()
    {
        await using var server = await ServerHarness.StartAsync();
        var created = await server.SendAsync("CreateKeyPair", """{"keyPairName":"tf-key","tags":[{"key":"a","value":"b"}]}""");
        Assert.Equal("tf-key", created.GetProperty("keyPair").Text("name"));
        await WaitAsync(server, created.GetProperty("operation"));
        var imported = await server.SendAsync("ImportKeyPair", $$"""{"keyPairName":"tf-imported","publicKeyBase64":"{{Operations.KeyPairTests.PublicKey}}"}""");
        await WaitAsync(server, imported.GetProperty("operation"));
        await server.SendAsync("TagResource", """{"resourceName":"tf-imported","tags":[{"key":"a","value":"b"}]}""");
        foreach (var name in new[] { "tf-key", "tf-imported" })
        {
            var read = (await server.SendAsync("GetKeyPair", $$"""{"keyPairName":"{{name}}"}""")).GetProperty("keyPair");
            Assert.Equal((name, true, true), (read.Text("name"), read.Has("arn"), read.Has("fingerprint")));
            await WaitAsync(server, (await server.SendAsync("DeleteKeyPair", $$"""{"keyPairName":"{{name}}"}""")).GetProperty("operation"));
            Assert.Equal(("NotFoundException", "DoesNotExist"), await TypeAndCodeAsync(server, "GetKeyPair", $$"""{"keyPairName":"{{name}}"}"""));
        }
    }

    [Fact]
    public async Task Aws_lightsail_static_ip_and_its_attachment_come_and_go()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("tf-acc-test", "amazon_linux_2", "nano_1_0");
        await server.SendAsync("AllocateStaticIp", """{"staticIpName":"tf-ip"}""");
        var read = (await server.SendAsync("GetStaticIp", """{"staticIpName":"tf-ip"}""")).GetProperty("staticIp");
        Assert.True(read.Has("arn") && read.Has("ipAddress") && read.Has("name") && read.Has("supportCode"));
        await server.SendAsync("AttachStaticIp", """{"instanceName":"tf-acc-test","staticIpName":"tf-ip"}""");
        read = (await server.SendAsync("GetStaticIp", """{"staticIpName":"tf-ip"}""")).GetProperty("staticIp");
        Assert.Equal((true, "tf-acc-test"), (read.GetProperty("isAttached").GetBoolean(), read.Text("attachedTo")));
        await server.SendAsync("DetachStaticIp", """{"staticIpName":"tf-ip"}""");
        Assert.False((await server.SendAsync("GetStaticIp", """{"staticIpName":"tf-ip"}""")).GetProperty("staticIp").GetProperty("isAttached").GetBoolean());
        await server.SendAsync("ReleaseStaticIp", """{"staticIpName":"tf-ip"}""");
        Assert.Equal(("NotFoundException", "DoesNotExist"), await TypeAndCodeAsync(server, "GetStaticIp", """{"staticIpName":"tf-ip"}"""));
    }

    /// <summary>Started while pending, then Completed or Succeeded; any other status fails the provider.</summary>
    private static async Task WaitAsync(ServerHarness server, JsonElement operation)
    {
        Assert.Contains((await server.OperationAsync(operation)).Text("status"), new[] { "Started", "Succeeded" });
        await server.SettleAsync();
        Assert.Equal("Succeeded", (await server.OperationAsync(operation)).Text("status"));
    }

    private static async Task<List<JsonElement>> PortsAsync(ServerHarness server) =>
        [.. (await server.SendAsync("GetInstancePortStates", """{"instanceName":"tf-acc-test"}""")).GetProperty("portStates").EnumerateArray()];

    private static string Row(JsonElement port) =>
        $"[{port.GetProperty("fromPort")},{port.GetProperty("toPort")},\"{port.Text("protocol")}\",{port.GetProperty("cidrs").GetRawText()},{port.GetProperty("ipv6Cidrs").GetRawText()},{port.GetProperty("cidrListAliases").GetRawText()}]";

    private static async Task<(string, string)> TypeAndCodeAsync(ServerHarness server, string operation, string body)
    {
        var refused = await server.RefuseAsync(operation, body);
        return (refused.Type, refused.Code);
    }
}
