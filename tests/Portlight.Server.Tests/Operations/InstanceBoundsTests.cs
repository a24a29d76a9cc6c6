using System.Net;
using System.Text.Json;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Server.Tests.Operations;

/// <summary>What Portlight chose of instances where the service has another bound, or where nothing is known of it.</summary>
public sealed class InstanceBoundsTests
{
    [Fact]
    public async Task A_request_names_a_hundred_instances_at_most()
    {
        await using var server = await ServerHarness.StartAsync();
        static string Many(int count) => LightsailCalls.CreateBody("NAMES").Replace("\"NAMES\"", string.Join(',', Enumerable.Range(1, count).Select(i => $"\"web-{i}\"")), StringComparison.Ordinal);

        Assert.Equal("instanceNames: must name 1 to 100 instances", (await server.RefuseAsync("CreateInstances", Many(101))).Message);
        Assert.Equal(100, (await server.SendAsync("CreateInstances", Many(100))).GetProperty("operations").GetArrayLength());
    }

    [Fact]
    public async Task User_data_is_kept_up_to_16384_characters_and_no_machine_gets_it()
    {
        await using var server = await ServerHarness.StartAsync();
        static string With(int length) => LightsailCalls.CreateBody("web-1", more: $$""","userData":"{{new string('x', length)}}" """);

        Assert.Equal("userData: has 16385 characters; at most 16384 are allowed", (await server.RefuseAsync("CreateInstances", With(16_385))).Message);
        await server.SendAsync("CreateInstances", With(16_384));
        await server.SettleAsync();

        Assert.Equal(16_384, server.Server.Store.View.FindInstance(server.Scope, "web-1")!.UserData.Length);
        Assert.DoesNotContain(typeof(DesiredInstance).GetProperties(), property => property.Name.Contains("UserData", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Earlier_bundles_and_blueprints_may_still_be_created_from()
    {
        Assert.Equal((false, false), (Blueprints.Find("ubuntu_18_04")!.IsActive, Bundles.Find("nano_1_0")!.IsActive));
        await using var server = await ServerHarness.StartAsync();

        await server.CreateRunningAsync("old-1", "ubuntu_18_04", "nano_1_0");

        var instance = await server.InstanceAsync("old-1");
        Assert.Equal(("ubuntu_18_04", "nano_1_0"), (instance.Text("blueprintId"), instance.Text("bundleId")));
    }

    [Fact]
    public async Task The_longest_name_is_an_instance_like_any_other()
    {
        await using var server = await ServerHarness.StartAsync();
        var name = new string('a', 254);

        await server.CreateRunningAsync(name);

        Assert.Equal("running", (await server.InstanceAsync(name)).GetProperty("state").Text("name"));
        Assert.InRange(Assert.Single(server.Agent.Applied.Values).NamespaceName!.Length, 1, 200); // what an agent takes
    }

    [Fact]
    public async Task An_attached_machine_shows_that_it_was_attached_and_no_hardware()
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.True((await server.AskAsync(server.Credentials, "AttachInstance", """{"instanceName":"host-1","thisHost":true}""", "Portlight_20261122.")).IsOk);

        var instance = await server.InstanceAsync("host-1");

        Assert.Equal(("attached", "attached", ""), (instance.Text("blueprintId"), instance.Text("bundleId"), instance.Text("username")));
        var hardware = instance.GetProperty("hardware");
        Assert.Equal((0, 0.0, 0), (hardware.GetProperty("cpuCount").GetInt32(), hardware.GetProperty("ramSizeInGb").GetDouble(), hardware.GetProperty("disks").GetArrayLength()));
    }

    [Fact]
    public async Task An_instance_is_deleted_in_any_state_and_is_not_found_at_once()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { ConfirmTimeout = TimeSpan.Zero });
        var release = server.Agent.Hold();
        await server.SendAsync("CreateInstances", LightsailCalls.CreateBody("web-1"));
        Assert.Equal("""{"code":0,"name":"pending"}""", await StateAsync("web-1"));
        Assert.Equal("The Instance web-1 is pending; stopping it is not possible now", (await server.RefuseAsync("StopInstance", """{"instanceName":"web-1"}""")).Message);
        await DeleteAsync("web-1");
        release();
        await server.CreateRunningAsync("web-2");
        release = server.Agent.Hold();
        await server.SendAsync("StopInstance", """{"instanceName":"web-2"}""");
        Assert.Equal("""{"code":64,"name":"stopping"}""", await StateAsync("web-2"));
        await DeleteAsync("web-2");
        release();
        await server.CreateRunningAsync("web-3");
        await server.SendAsync("StopInstance", """{"instanceName":"web-3"}""");
        await server.SettleAsync();
        Assert.Equal("""{"code":80,"name":"stopped"}""", await StateAsync("web-3"));
        await DeleteAsync("web-3");
        await server.SettleAsync();
        Assert.Empty(server.Agent.Applied);

        async Task<string> StateAsync(string name) => (await server.SendAsync("GetInstanceState", $$"""{"instanceName":"{{name}}"}""")).GetProperty("state").GetRawText();

        async Task DeleteAsync(string name)
        {
            await server.SendAsync("DeleteInstance", $$"""{"instanceName":"{{name}}"}""");
            Assert.Equal("DoesNotExist", (await server.RefuseAsync("GetInstance", $$"""{"instanceName":"{{name}}"}""")).Code);
        }
    }

    [Fact]
    public async Task A_Windows_instance_has_neither_a_password_nor_a_key_to_log_in_with()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("win-1", "windows_server_2022", "nano_win_3_0");

        var details = (await server.SendAsync("GetInstanceAccessDetails", """{"instanceName":"win-1"}""")).GetProperty("accessDetails");

        Assert.Equal(("rdp", "Administrator"), (details.Text("protocol"), details.Text("username")));
        Assert.False(details.Has("password") || details.Has("passwordData") || details.Has("privateKey") || details.Has("certKey"));
    }

    [Fact]
    public async Task Private_addresses_are_the_services_and_unique_over_accounts_and_no_group_of_an_IPv6_interface_id_is_zero()
    {
        await using var server = await ServerHarness.StartAsync();
        var tenant = await server.AddAccountAsync();
        await server.SendAsync("CreateInstances", Many("mine", 40));
        Assert.Equal("ok", (await server.AskAsync(tenant, "CreateInstances", Many("web", 20))).Type);
        await server.SettleAsync();

        Assert.Equal(60, server.Agent.Applied.Values.Select(instance => instance.PrivateAddress!).Distinct().Count());
        Assert.All(server.Agent.Applied.Values, instance => Assert.Equal([172, 26], instance.PrivateAddress!.GetAddressBytes()[..2]));
        Assert.All(server.Agent.Applied.Values, instance => Assert.DoesNotContain(0, Groups(instance.PublicAddresses[1])));

        static string Many(string prefix, int count) =>
            LightsailCalls.CreateBody("NAMES").Replace("\"NAMES\"", string.Join(',', Enumerable.Range(1, count).Select(i => $"\"{prefix}-{i}\"")), StringComparison.Ordinal);
        static IEnumerable<int> Groups(IPAddress address) => address.GetAddressBytes()[8..].Chunk(2).Select(pair => (pair[0] << 8) | pair[1]);
    }

    [Fact]
    public async Task An_address_that_was_given_back_is_not_the_next_ones()
    {
        await using var server = await ServerHarness.StartAsync();
        var given = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            await server.CreateRunningAsync("web-1");
            var instance = await server.InstanceAsync("web-1");
            given.AddRange(instance.Text("publicIpAddress"), instance.Text("privateIpAddress"), instance.GetProperty("ipv6Addresses")[0].GetString()!);
            await server.SendAsync("DeleteInstance", """{"instanceName":"web-1"}""");
        }

        Assert.Equal(60, given.Distinct().Count());
    }

    [Fact]
    public async Task A_bundle_that_is_IPv6_only_goes_from_one_to_the_other_and_the_size_stays()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("six-1", bundle: "small_ipv6_3_0");

        await server.SendAsync("SetIpAddressType", """{"resourceType":"Instance","resourceName":"six-1","ipAddressType":"dualstack","acceptBundleUpdate":true}""");

        Assert.Equal("small_3_0", (await server.InstanceAsync("six-1")).Text("bundleId"));
        Assert.Equal(
            "The Distribution does not exist: cdn-1",
            (await server.RefuseAsync("SetIpAddressType", """{"resourceType":"Distribution","resourceName":"cdn-1","ipAddressType":"ipv4"}""")).Message);
    }

    [Fact]
    public async Task No_state_of_an_operation_is_named_but_started_succeeded_and_failed()
    {
        Assert.Equal(["Started", "Succeeded", "Failed"], Enum.GetNames<OperationStatus>());
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1");
        var id = (await server.SendAsync("RebootInstance", """{"instanceName":"web-1"}""")).GetProperty("operations")[0].Text("id");
        Assert.True(Guid.TryParseExact(id, "D", out _));
    }

    [Fact]
    public async Task No_blueprint_has_a_licence_to_look_up_and_no_zone_is_anything_but_available()
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.DoesNotContain((await server.SendAsync("GetBlueprints", """{"includeInactive":true}""")).GetProperty("blueprints").EnumerateArray(), blueprint => blueprint.Has("licenseUrl"));
        Assert.Equal("[]", (await server.SendAsync("GetBlueprints", """{"appCategory":"LfR"}""")).GetProperty("blueprints").GetRawText());
        var zones = (await server.SendAsync("GetRegions", """{"includeAvailabilityZones":true}""")).GetProperty("regions")[0].GetProperty("availabilityZones");
        Assert.Equal(["available"], zones.EnumerateArray().Select(zone => zone.Text("state")).Distinct());
    }
}
