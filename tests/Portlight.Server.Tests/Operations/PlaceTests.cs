namespace Portlight.Server.Tests.Operations;

public sealed class PlaceTests
{
    [Fact]
    public async Task Regions_are_those_that_are_open_with_zones_when_asked_for()
    {
        await using var server = await ServerHarness.StartAsync();
        var bare = Assert.Single((await server.SendAsync("GetRegions")).GetProperty("regions").EnumerateArray());
        Assert.Equal("continentCode,description,displayName,name,availabilityZones,relationalDatabaseAvailabilityZones", bare.Members());
        Assert.Equal(("NA", "Virginia", "us-east-1", "[]"), (bare.Text("continentCode"), bare.Text("displayName"), bare.Text("name"), bare.GetProperty("availabilityZones").GetRawText()));
        var full = (await server.SendAsync("GetRegions", """{"includeAvailabilityZones":true,"includeRelationalDatabaseAvailabilityZones":true}""")).GetProperty("regions")[0];
        Assert.Equal("""{"zoneName":"us-east-1a","state":"available"}""", full.GetProperty("availabilityZones")[0].GetRawText());
        Assert.Equal("[]", full.GetProperty("relationalDatabaseAvailabilityZones").GetRawText());
    }

    [Fact]
    public async Task Blueprints_and_bundles_are_the_active_ones_unless_all_are_asked_for()
    {
        await using var server = await ServerHarness.StartAsync();
        var active = (await server.SendAsync("GetBlueprints")).GetProperty("blueprints").EnumerateArray().ToList();
        var all = (await server.SendAsync("GetBlueprints", """{"includeInactive":true}""")).GetProperty("blueprints").EnumerateArray().ToList();
        Assert.True(active.Count < all.Count);
        Assert.DoesNotContain(active, blueprint => blueprint.Text("blueprintId") == "ubuntu_18_04");
        Assert.Contains(all, blueprint => blueprint.Text("blueprintId") == "ubuntu_18_04");
        Assert.Equal(("app", "LINUX_UNIX"), (active[0].Text("type"), active[0].Text("platform")));

        var bundles = (await server.SendAsync("GetBundles")).GetProperty("bundles").EnumerateArray().ToList();
        Assert.Equal(
            """{"price":5.0,"cpuCount":2,"diskSizeInGb":20,"bundleId":"nano_3_0","instanceType":"nano","isActive":true,"name":"Nano","power":298,"ramSizeInGb":0.5,"transferPerMonthInGb":1024,"supportedPlatforms":["LINUX_UNIX"],"publicIpv4AddressCount":1}""",
            bundles[0].GetRawText());
        Assert.DoesNotContain(bundles, bundle => bundle.Text("bundleId") == "nano_1_0");
        Assert.Equal("[]", (await server.SendAsync("GetBundles", """{"appCategory":"LfR"}""")).GetProperty("bundles").GetRawText());
        Assert.Equal("appCategory: `games` is not one of LfR", (await server.RefuseAsync("GetBlueprints", """{"appCategory":"games"}""")).Message);
    }

    [Fact]
    public async Task A_region_has_its_own_bundles_to_list_to_create_with_and_to_change_to()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { Region = "ap-south-1" });
        var bundles = (await server.SendAsync("GetBundles", """{"includeInactive":true}""")).GetProperty("bundles").EnumerateArray().Select(bundle => bundle.Text("bundleId")).ToList();
        Assert.Contains("nano_3_1", bundles);
        Assert.DoesNotContain(bundles, id => id.EndsWith("_0", StringComparison.Ordinal));

        var create = LightsailCalls.CreateBody("web-1", "ubuntu_24_04", "nano_ipv6_3_1").Replace("us-east-1a", "ap-south-1a", StringComparison.Ordinal);
        Assert.Equal(
            "The specified bundle does not exist in this region: nano_ipv6_3_0",
            (await server.RefuseAsync("CreateInstances", create.Replace("_3_1", "_3_0", StringComparison.Ordinal))).Message);
        await server.SendAsync("CreateInstances", create);
        await server.SettleAsync();
        await server.SendAsync("SetIpAddressType", """{"resourceType":"Instance","resourceName":"web-1","ipAddressType":"dualstack","acceptBundleUpdate":true}""");
        Assert.Equal("nano_3_1", (await server.InstanceAsync("web-1")).Text("bundleId"));
    }

    [Fact]
    public async Task Nothing_is_peered()
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.Equal("""{"isPeered":false}""", (await server.SendAsync("IsVpcPeered")).GetRawText());
    }
}
