using Portlight.Server.Tests.Confirming;

namespace Portlight.Server.Tests.Expiring;

/// <summary>What opens ports for a time, and what becomes of that by other changes.</summary>
public sealed class ApplyPortsTests
{
    [Fact]
    public async Task A_stock_Put_keeps_the_time_of_what_it_leaves_and_drops_the_rest()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.OpenForAsync(5432, 60);
        await server.OpenForAsync(3306, 60);

        await server.SendAsync("PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[{"fromPort":443,"toPort":443,"protocol":"tcp"},{"fromPort":5432,"toPort":5432,"protocol":"tcp","cidrs":["192.0.2.7","198.51.100.0/24"]}]}""");

        Assert.Equal("5432/tcp from 192.0.2.7/32 in 60", server.Expiring());
        await server.PassAsync(60, "443/tcp; 5432/tcp from 198.51.100.0/24");
    }

    [Fact]
    public async Task A_stock_Open_of_it_keeps_it_open_for_good()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.OpenForAsync(5432, 60);
        await server.SendAsync("OpenInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":5432,"toPort":5432,"protocol":"tcp","cidrs":["192.0.2.7"]}}""");

        Assert.Equal("", server.Expiring());
    }

    [Fact]
    public async Task A_Close_of_it_ends_the_time()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.OpenForAsync(5432, 60);
        await server.SendAsync("CloseInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":5432,"toPort":5432,"protocol":"tcp"}}""");

        Assert.Equal(("22/tcp", ""), (server.Rules(), server.Expiring()));
        await server.SendAsync("OpenInstancePublicPorts", """{"instanceName":"web-1","portInfo":{"fromPort":5432,"toPort":5432,"protocol":"tcp","cidrs":["192.0.2.7"]}}""");
        server.Clock.Advance(TimeSpan.FromSeconds(120));
        await server.SettleAsync();
        Assert.Equal("22/tcp; 5432/tcp from 192.0.2.7/32", server.Rules());
    }

    [Fact]
    public async Task To_open_for_a_time_takes_no_time_away()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        Assert.Empty((await server.OpenForAsync(22, 60, "0.0.0.0/0")).Expiring); // open for good
        await server.OpenForAsync(5432, 600);
        await server.OpenForAsync(5432, 60);
        Assert.Equal("5432/tcp from 192.0.2.7/32 in 600", server.Expiring());
        await server.OpenForAsync(5432, 3600);
        Assert.Equal("5432/tcp from 192.0.2.7/32 in 3600", server.Expiring());
        await server.OpenForAsync(5432, 60, "198.51.100.0/24");
        Assert.Equal("5432/tcp from 192.0.2.7/32 in 3600; 5432/tcp from 198.51.100.0/24 in 60", server.Expiring());
        await server.PassAsync(60, "22/tcp; 5432/tcp from 192.0.2.7/32");
    }

    [Fact]
    public async Task A_whole_list_says_of_each_rule_how_long()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.OpenForAsync(5432, 600);
        await server.OpenForAsync(3306, 600);

        await server.ApplyAsync(new()
        {
            InstanceName = "web-1",
            PortInfos = [ExpiringCalls.Timed(22, 60), ExpiringCalls.Timed(5432, null, ExpiringCalls.Office), ExpiringCalls.Timed(3306, 0, ExpiringCalls.Office), ExpiringCalls.Timed(443, null)],
        });

        Assert.Equal("5432/tcp from 192.0.2.7/32 in 600; 22/tcp in 60", server.Expiring());
        await server.PassAsync(60, "5432/tcp from 192.0.2.7/32; 3306/tcp from 192.0.2.7/32; 443/tcp");
    }

    [Fact]
    public async Task It_needs_its_own_permission_and_that_of_the_call_that_it_stands_for_with_its_guardrails()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        var some = await server.AddUserAsync("some", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"portlight:ApplyPorts","Resource":"*"},{"Effect":"Allow","Action":"lightsail:OpenInstancePublicPorts","Resource":"*","Condition":{"NumericEquals":{"portlight:FromPort":"5432"}}}]}"""]);
        var stock = await server.AddUserAsync("stock", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:*","Resource":"*"}]}"""]);

        Assert.Single((await server.OpenForAsync(5432, 60, caller: some)).Expiring);
        Assert.Contains("lightsail:OpenInstancePublicPorts", (await ServerHarness.RefusalAsync(() => server.OpenForAsync(3306, 60, caller: some))).Message, StringComparison.Ordinal);
        Assert.Contains("lightsail:PutInstancePublicPorts", (await ServerHarness.RefusalAsync(() => server.ApplyAsync(new() { InstanceName = "web-1", PortInfos = [] }, some))).Message, StringComparison.Ordinal);
        Assert.Contains("portlight:ApplyPorts", (await ServerHarness.RefusalAsync(() => server.OpenForAsync(5432, 60, caller: stock))).Message, StringComparison.Ordinal);
    }

    /// <summary>What is closed later is closed.</summary>
    [Fact]
    public async Task A_guardrail_on_closing_is_not_passed_by_a_time()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        var dev = await server.AddUserAsync("dev", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["lightsail:*","portlight:ApplyPorts"],"Resource":"*"},{"Effect":"Deny","Action":"lightsail:*","Resource":"*","Condition":{"Bool":{"portlight:ClosesPorts":"true"}}}]}"""]);

        Assert.Contains("closes ports", (await ServerHarness.RefusalAsync(() => server.ApplyAsync(new() { InstanceName = "web-1", PortInfos = [ExpiringCalls.Timed(22, 60)] }, dev))).Message, StringComparison.Ordinal);
        await server.ApplyAsync(new() { InstanceName = "web-1", PortInfos = [ExpiringCalls.Timed(22, null), ExpiringCalls.Timed(443, 60)] }, dev);
        await server.ApplyAsync(new() { InstanceName = "web-1", PortInfos = [ExpiringCalls.Timed(22, null), ExpiringCalls.Timed(443, 600)] }, dev);
        Assert.Equal("443/tcp in 600", server.Expiring());
    }

    [Fact]
    public async Task Times_are_bounded_in_length_and_number()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();

        foreach (var seconds in new[] { -1, 1, 29, 2_592_001 })
        {
            Assert.Contains("open.expiresInSeconds", (await ServerHarness.RefusalAsync(() => server.OpenForAsync(5432, seconds))).Message, StringComparison.Ordinal);
        }

        foreach (var port in Enumerable.Range(1, 50))
        {
            await server.OpenForAsync(port, 600);
        }

        Assert.Contains("51 times", (await ServerHarness.RefusalAsync(() => server.OpenForAsync(51, 600))).Message, StringComparison.Ordinal);
        Assert.Contains("exactly one", (await ServerHarness.RefusalAsync(() => server.ApplyAsync(new() { InstanceName = "web-1" }))).Message, StringComparison.Ordinal);
        Assert.Contains("portInfos[0].protocol", (await ServerHarness.RefusalAsync(() => server.ApplyAsync(new() { InstanceName = "web-1", PortInfos = [new() { ExpiresInSeconds = 60 }] }))).Message, StringComparison.Ordinal);
    }
}
