namespace Portlight.Server.Tests.Operations;

public sealed class StaticIpTests
{
    [Fact]
    public async Task An_allocated_address_is_free_and_looks_as_the_service_shows_one()
    {
        await using var server = await ServerHarness.StartAsync();
        var operation = (await server.SendAsync("AllocateStaticIp", """{"staticIpName":"StaticIp-1"}""")).GetProperty("operations")[0];
        Assert.Equal("AllocateStaticIp StaticIp StaticIp-1 in all: Succeeded, terminal", operation.Record());
        var staticIp = (await server.SendAsync("GetStaticIp", """{"staticIpName":"StaticIp-1"}""")).GetProperty("staticIp");
        Assert.Equal("name,arn,supportCode,createdAt,location,resourceType,ipAddress,isAttached", staticIp.Members());
        Assert.Equal($"111122223333/{staticIp.Text("ipAddress")}", staticIp.Text("supportCode"));
        Assert.Matches("^arn:aws:lightsail:us-east-1:111122223333:StaticIp/[0-9a-f-]{36}$", staticIp.Text("arn"));
    }

    [Fact]
    public async Task An_attached_address_is_the_instances_public_address_in_the_kernel_too_and_stays_over_a_stop()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1");
        await server.SendAsync("AllocateStaticIp", """{"staticIpName":"ip-1"}""");
        var address = (await server.SendAsync("GetStaticIp", """{"staticIpName":"ip-1"}""")).GetProperty("staticIp").Text("ipAddress");
        var dynamic = (await server.InstanceAsync("web-1")).Text("publicIpAddress");

        var operations = (await server.SendAsync("AttachStaticIp", """{"staticIpName":"ip-1","instanceName":"web-1"}""")).GetProperty("operations");

        Assert.Equal(
            ["AttachStaticIp StaticIp ip-1 in all: Succeeded, terminal, `web-1`", "AttachStaticIp Instance web-1 in us-east-1a: Succeeded, terminal, `ip-1`"],
            operations.EnumerateArray().Select(operation => operation.Record()));
        Assert.Equal(0.001, operations[1].GetProperty("createdAt").GetDouble() - operations[0].GetProperty("createdAt").GetDouble(), 4);
        var instance = await server.InstanceAsync("web-1");
        Assert.Equal((true, address), (instance.GetProperty("isStaticIp").GetBoolean(), instance.Text("publicIpAddress")));
        Assert.Equal(address, server.Agent.Applied.Values.Single().PublicAddresses[0].ToString());
        Assert.NotEqual(dynamic, address);
        var staticIp = (await server.SendAsync("GetStaticIps")).GetProperty("staticIps")[0];
        Assert.Equal(("web-1", true), (staticIp.Text("attachedTo"), staticIp.GetProperty("isAttached").GetBoolean()));

        await server.SendAsync("StopInstance", """{"instanceName":"web-1"}""");
        await server.SettleAsync();
        Assert.Equal(address, (await server.InstanceAsync("web-1")).Text("publicIpAddress"));
        await server.SendAsync("StartInstance", """{"instanceName":"web-1"}""");
        await server.SettleAsync();
        Assert.Equal(address, (await server.InstanceAsync("web-1")).Text("publicIpAddress"));
    }

    [Fact]
    public async Task A_detached_address_is_free_and_the_instance_gets_another()
    {
        await using var server = await ServerHarness.StartAsync();
        await AttachedAsync(server);
        var address = (await server.InstanceAsync("web-1")).Text("publicIpAddress");

        var operations = (await server.SendAsync("DetachStaticIp", """{"staticIpName":"ip-1"}""")).GetProperty("operations");

        Assert.Equal(
            ["DetachStaticIp StaticIp ip-1 in all: Succeeded, terminal, `web-1`", "DetachStaticIp Instance web-1 in us-east-1a: Succeeded, terminal, `ip-1`"],
            operations.EnumerateArray().Select(operation => operation.Record()));
        var instance = await server.InstanceAsync("web-1");
        Assert.False(instance.GetProperty("isStaticIp").GetBoolean());
        Assert.NotEqual(address, instance.Text("publicIpAddress"));
        Assert.Equal(instance.Text("publicIpAddress"), server.Agent.Applied.Values.Single().PublicAddresses[0].ToString());
        Assert.Equal("ReleaseStaticIp StaticIp ip-1 in all: Succeeded, terminal", (await server.SendAsync("ReleaseStaticIp", """{"staticIpName":"ip-1"}""")).GetProperty("operations")[0].Record());
        Assert.Equal(new("NotFoundException", "DoesNotExist", "The StaticIp does not exist: ip-1"), await server.RefuseAsync("GetStaticIp", """{"staticIpName":"ip-1"}"""));
    }

    [Fact]
    public async Task Deleting_the_instance_frees_the_address_and_keeps_it_allocated()
    {
        await using var server = await ServerHarness.StartAsync();
        await AttachedAsync(server);
        await server.SendAsync("DeleteInstance", """{"instanceName":"web-1"}""");
        Assert.False((await server.SendAsync("GetStaticIp", """{"staticIpName":"ip-1"}""")).GetProperty("staticIp").GetProperty("isAttached").GetBoolean());
    }

    [Fact]
    public async Task What_would_surprise_somebody_is_refused()
    {
        await using var server = await ServerHarness.StartAsync();
        await AttachedAsync(server);
        await server.CreateRunningAsync("web-2");
        await server.CreateRunningAsync("six-1", bundle: "nano_ipv6_3_0");
        await server.SendAsync("AllocateStaticIp", """{"staticIpName":"ip-2"}""");

        Assert.Equal("The StaticIp ip-1 is attached to web-1; detach it first", await MessageAsync("AttachStaticIp", """{"staticIpName":"ip-1","instanceName":"web-2"}"""));
        Assert.Equal("The Instance web-1 has the static IP ip-1; detach it first", await MessageAsync("AttachStaticIp", """{"staticIpName":"ip-2","instanceName":"web-1"}"""));
        Assert.Equal("The Instance six-1 is IPv6 only; a static IP is IPv4", await MessageAsync("AttachStaticIp", """{"staticIpName":"ip-2","instanceName":"six-1"}"""));
        Assert.Equal("The StaticIp ip-1 is attached to web-1; detach it first", await MessageAsync("ReleaseStaticIp", """{"staticIpName":"ip-1"}"""));
        Assert.Equal("The StaticIp ip-2 is not attached to an instance", await MessageAsync("DetachStaticIp", """{"staticIpName":"ip-2"}"""));
        Assert.Equal("The Instance web-1 has the static IP ip-1, which is IPv4; detach it first", await MessageAsync("SetIpAddressType", """{"resourceType":"Instance","resourceName":"web-1","ipAddressType":"ipv6"}"""));
        Assert.Equal("Some names are already in use: web-1", await MessageAsync("AllocateStaticIp", """{"staticIpName":"web-1"}"""));
        Assert.Equal("staticIpName: is missing; instanceName: is missing", await MessageAsync("AttachStaticIp", "{}"));
        Assert.Equal("The Instance does not exist: web-9", await MessageAsync("AttachStaticIp", """{"staticIpName":"ip-2","instanceName":"web-9"}"""));

        async Task<string> MessageAsync(string operation, string body) => (await server.RefuseAsync(operation, body)).Message;
    }

    [Fact]
    public async Task What_is_attached_already_may_be_attached_there_again()
    {
        await using var server = await ServerHarness.StartAsync();
        await AttachedAsync(server);
        var address = (await server.InstanceAsync("web-1")).Text("publicIpAddress");

        var operations = (await server.SendAsync("AttachStaticIp", """{"staticIpName":"ip-1","instanceName":"web-1"}""")).GetProperty("operations");

        Assert.Equal(["Succeeded", "Succeeded"], operations.EnumerateArray().Select(operation => operation.Text("status")));
        Assert.Equal(address, (await server.InstanceAsync("web-1")).Text("publicIpAddress"));
    }

    [Fact]
    public async Task Five_addresses_are_allowed_and_not_one_more()
    {
        await using var server = await ServerHarness.StartAsync();
        for (var i = 1; i <= 5; i++)
        {
            await server.SendAsync("AllocateStaticIp", $$"""{"staticIpName":"ip-{{i}}"}""");
        }

        Assert.Equal("Sorry, you have reached the maximum number of static IP addresses.", (await server.RefuseAsync("AllocateStaticIp", """{"staticIpName":"ip-6"}""")).Message);
        Assert.Equal(5, (await server.SendAsync("GetStaticIps")).GetProperty("staticIps").EnumerateArray().Select(ip => ip.Text("ipAddress")).Distinct().Count());
    }

    [Fact]
    public async Task When_the_kernel_refuses_the_address_both_records_fail_and_nothing_is_attached()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1");
        await server.SendAsync("AllocateStaticIp", """{"staticIpName":"ip-1"}""");
        var before = (await server.InstanceAsync("web-1")).GetRawText();
        server.Agent.Refuse(wanted => wanted.PublicAddresses[0].ToString() == (server.Server.Store.View.FindStaticIp(server.Scope, "ip-1")!.Address.ToString()) ? "the address is in use on this host" : null);

        var refused = await server.RefuseAsync("AttachStaticIp", """{"staticIpName":"ip-1","instanceName":"web-1"}""");

        Assert.Equal("OperationFailureException", refused.Type);
        Assert.Equal(before, (await server.InstanceAsync("web-1")).GetRawText());
        Assert.False((await server.SendAsync("GetStaticIp", """{"staticIpName":"ip-1"}""")).GetProperty("staticIp").GetProperty("isAttached").GetBoolean());
        foreach (var name in new[] { "ip-1", "web-1" })
        {
            var newest = (await server.SendAsync("GetOperationsForResource", $$"""{"resourceName":"{{name}}"}""")).GetProperty("operations")[0];
            Assert.Equal(("AttachStaticIp", "Failed", "the address is in use on this host"), (newest.Text("operationType"), newest.Text("status"), newest.Text("errorDetails")));
        }
    }

    private static async Task AttachedAsync(ServerHarness server)
    {
        await server.CreateRunningAsync("web-1");
        await server.SendAsync("AllocateStaticIp", """{"staticIpName":"ip-1"}""");
        await server.SendAsync("AttachStaticIp", """{"staticIpName":"ip-1","instanceName":"web-1"}""");
    }
}
