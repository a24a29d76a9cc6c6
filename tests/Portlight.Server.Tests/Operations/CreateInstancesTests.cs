using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Server.Tests.Operations;

public sealed class CreateInstancesTests
{
    [Fact]
    public async Task Each_name_becomes_a_pending_instance_and_a_started_operation_of_the_same_time()
    {
        await using var server = await ServerHarness.StartAsync();
        var release = server.Agent.Hold();

        var operations = (await server.SendAsync("CreateInstances", """{"instanceNames":["web-1","web-2","web-3"],"availabilityZone":"us-east-1b","blueprintId":"ubuntu_22_04","bundleId":"nano_3_0"}"""))
            .GetProperty("operations").EnumerateArray().ToList();

        Assert.Equal(
            ["CreateInstance Instance web-1 in us-east-1b: Started", "CreateInstance Instance web-2 in us-east-1b: Started", "CreateInstance Instance web-3 in us-east-1b: Started"],
            operations.Select(operation => operation.Record()));
        Assert.Equal("id,resourceName,resourceType,createdAt,location,isTerminal,operationType,status,statusChangedAt", operations[0].Members());
        Assert.Single(operations.Select(operation => operation.GetProperty("createdAt").GetRawText()).Distinct());
        Assert.Equal("pending", (await server.InstanceAsync("web-2")).GetProperty("state").Text("name"));
        Assert.Equal("Started", (await server.OperationAsync(operations[1])).Text("status"));

        release();
        await server.SettleAsync();
        Assert.Equal("""{"code":16,"name":"running"}""", (await server.InstanceAsync("web-2")).GetProperty("state").GetRawText());
        var done = await server.OperationAsync(operations[1]);
        Assert.Equal(("Succeeded", true), (done.Text("status"), done.GetProperty("isTerminal").GetBoolean()));
        Assert.Equal(3, server.Agent.Applied.Count);
    }

    [Fact]
    public async Task A_new_instance_looks_as_the_service_shows_one()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("test-1", "wordpress", more: ""","tags":[{"key":"env","value":"prod"},{"key":"bare"}]""");

        var instance = await server.InstanceAsync("test-1");

        Assert.Equal(
            "name,arn,supportCode,createdAt,location,resourceType,tags,blueprintId,blueprintName,bundleId,addOns,isStaticIp,privateIpAddress,publicIpAddress,ipv6Addresses,ipAddressType,hardware,networking,state,username,sshKeyName,metadataOptions",
            instance.Members());
        Assert.Matches("^arn:aws:lightsail:us-east-1:111122223333:Instance/[0-9a-f-]{36}$", instance.Text("arn"));
        Assert.Matches("^[0-9]{12}/i-0[0-9a-f]{16}$", instance.Text("supportCode"));
        Assert.Equal("""[{"key":"bare"},{"key":"env","value":"prod"}]""", instance.GetProperty("tags").GetRawText());
        Assert.Matches(@"^172\.26\.", instance.Text("privateIpAddress"));
        Assert.Matches(@"^198\.1[89]\.", instance.Text("publicIpAddress"));
        Assert.Matches("^([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}$", instance.GetProperty("ipv6Addresses")[0].GetString()!);
        Assert.Equal(("dualstack", "bitnami", "LightsailDefaultKeyPair"), (instance.Text("ipAddressType"), instance.Text("username"), instance.Text("sshKeyName")));
        Assert.Equal([80, 22, 443], instance.GetProperty("networking").GetProperty("ports").EnumerateArray().Select(port => port.GetProperty("fromPort").GetInt32()));
        Assert.Equal(
            """{"fromPort":80,"toPort":80,"protocol":"tcp","accessFrom":"Anywhere (0.0.0.0/0 and ::/0)","accessType":"public","commonName":"","accessDirection":"inbound","cidrs":["0.0.0.0/0"],"ipv6Cidrs":["::/0"],"cidrListAliases":[]}""",
            instance.GetProperty("networking").GetProperty("ports")[0].GetRawText());
        var disk = instance.GetProperty("hardware").GetProperty("disks")[0];
        Assert.Equal("createdAt,sizeInGb,isSystemDisk,iops,path,attachedTo,attachmentState", disk.Members());
        Assert.Equal((20, 100, "/dev/xvda"), (disk.GetProperty("sizeInGb").GetInt32(), disk.GetProperty("iops").GetInt32(), disk.Text("path")));
        Assert.Equal("0.5", instance.GetProperty("hardware").GetProperty("ramSizeInGb").GetRawText());
        Assert.Equal(1024, instance.GetProperty("networking").GetProperty("monthlyTransfer").GetProperty("gbPerMonthAllocated").GetInt32());
        Assert.Equal(
            """{"state":"applied","httpTokens":"optional","httpEndpoint":"enabled","httpPutResponseHopLimit":1,"httpProtocolIpv6":"disabled"}""",
            instance.GetProperty("metadataOptions").GetRawText());
    }

    [Fact]
    public async Task The_kernel_gets_the_addresses_the_ports_and_a_namespace()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1", "windows_server_2022", "nano_win_3_0");

        var applied = Assert.Single(server.Agent.Applied.Values);
        var instance = await server.InstanceAsync("web-1");
        Assert.IsType<Attachment.Lab>(applied.Attachment);
        Assert.Equal("pl-web-1", applied.NamespaceName);
        Assert.True(applied.IsRunning);
        Assert.Equal([instance.Text("publicIpAddress"), instance.GetProperty("ipv6Addresses")[0].GetString()], applied.PublicAddresses.Select(address => address.ToString()));
        Assert.Equal(instance.Text("privateIpAddress"), applied.PrivateAddress!.ToString());
        Assert.Equal("80/tcp from 0.0.0.0/0, ::/0; 22/tcp from 0.0.0.0/0, ::/0; 3389/tcp from 0.0.0.0/0, ::/0", applied.Ports.ToString());
        Assert.Equal(("Administrator", "/dev/sda1"), (instance.Text("username"), instance.GetProperty("hardware").GetProperty("disks")[0].Text("path")));
    }

    [Fact]
    public async Task No_two_instances_share_an_address()
    {
        await using var server = await ServerHarness.StartAsync();
        var names = Enumerable.Range(1, 60).Select(i => $"web-{i}").ToList();
        await server.SendAsync("CreateInstances", $$"""{"instanceNames":{{JsonSerializer.Serialize(names)}},"availabilityZone":"us-east-1a","blueprintId":"ubuntu_22_04","bundleId":"nano_3_0"}""");
        await server.SettleAsync();

        var addresses = server.Agent.Applied.Values.SelectMany(instance => instance.PublicAddresses.Add(instance.PrivateAddress!)).ToList();
        Assert.Equal(180, addresses.Count);
        Assert.Equal(180, addresses.Distinct().Count());
    }

    [Fact]
    public async Task An_ipv6_only_bundle_makes_an_instance_without_public_ipv4()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("six-1", bundle: "nano_ipv6_3_0");

        var instance = await server.InstanceAsync("six-1");
        Assert.False(instance.Has("publicIpAddress"));
        Assert.Equal("ipv6", instance.Text("ipAddressType"));
        Assert.Single(server.Agent.Applied.Values.Single().PublicAddresses);
    }

    [Fact]
    public async Task Every_problem_of_a_request_is_named_in_one_message()
    {
        await using var server = await ServerHarness.StartAsync();

        var refused = await server.RefuseAsync("CreateInstances", """
            {"instanceNames":["custom gitlab","web","web"],"availabilityZone":"us-east-1z","bundleId":"","ipAddressType":"both","tags":[{"key":"aws:x"}],"addOns":[{"addOnType":"AutoSnapshot"}]}
            """);

        Assert.Equal(("InvalidInputException", "InvalidInputException"), (refused.Type, refused.Code));
        Assert.Equal(
            "custom gitlab is not a valid resource name. Resource names must be at least 2 characters long and contain only alphanumerics, -, _, and .; "
            + "The given Availability Zone is invalid. It must be one of the following: us-east-1a,us-east-1b,us-east-1c,us-east-1d,us-east-1e,us-east-1f.; "
            + "instanceNames: `web` is named twice; blueprintId: is missing; bundleId: is missing; addOns: are not available here; Portlight takes no snapshots and watches no load; "
            + "tags[0].key: `aws:x` must not begin with aws:, which is reserved; ipAddressType: `both` is not one of dualstack, ipv4, ipv6",
            refused.Message);
        Assert.Empty(server.Server.Store.View.AllInstances());
    }

    [Fact]
    public async Task A_zone_a_blueprint_and_a_bundle_that_are_not_there_are_named_together()
    {
        await using var server = await ServerHarness.StartAsync();

        var refused = await server.RefuseAsync("CreateInstances", """{"instanceNames":["web-1"],"availabilityZone":"mars-1a","blueprintId":"plan9","bundleId":"nano_9_0"}""");

        Assert.Equal("InvalidInputException", refused.Type);
        Assert.Equal(
            "The given Availability Zone is invalid. It must be one of the following: us-east-1a,us-east-1b,us-east-1c,us-east-1d,us-east-1e,us-east-1f.; "
            + "The specified blueprint does not exist in this region: plan9; The specified bundle does not exist in this region: nano_9_0",
            refused.Message);
        Assert.Equal(
            new("NotFoundException", "DoesNotExist", "The specified blueprint does not exist in this region: plan9; The specified bundle does not exist in this region: nano_9_0"),
            await server.RefuseAsync("CreateInstances", CreateWith("web-1", "plan9", "nano_9_0")));
    }

    [Fact]
    public async Task What_the_installation_has_not_room_for_is_named_together()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { InstanceQuota = 1 });
        await server.CreateRunningAsync("web-1");

        var refused = await server.RefuseAsync("CreateInstances", LightsailCalls.CreateBody("web-1", more: ""","keyPairName":"nobody" """));

        Assert.Equal(("InvalidInputException", "NameExists"), (refused.Type, refused.Code));
        Assert.StartsWith("Some names are already in use: web-1; Sorry, you've reached your maximum limit of Lightsail Instances : 1.", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("; The KeyPair does not exist: nobody", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_single_problem_is_in_the_words_of_the_service()
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.Equal(
            "The given Availability Zone is invalid. It must be one of the following: us-east-1a,us-east-1b,us-east-1c,us-east-1d,us-east-1e,us-east-1f.",
            (await server.RefuseAsync("CreateInstances", CreateWith("web-1", "ubuntu_22_04", "nano_3_0").Replace("us-east-1a", "us-west-2a", StringComparison.Ordinal))).Message);
        Assert.Equal(
            new("NotFoundException", "DoesNotExist", "The specified bundle does not exist in this region: nano_9_0"),
            await server.RefuseAsync("CreateInstances", CreateWith("web-1", "ubuntu_22_04", "nano_9_0")));
        Assert.Equal(
            new("NotFoundException", "DoesNotExist", "The specified blueprint does not exist in this region: plan9"),
            await server.RefuseAsync("CreateInstances", CreateWith("web-1", "plan9", "nano_3_0")));
        Assert.Equal(
            new("NotFoundException", "DoesNotExist", "The KeyPair does not exist: nobody"),
            await server.RefuseAsync("CreateInstances", LightsailCalls.CreateBody("web-1", more: ""","keyPairName":"nobody" """)));
    }

    [Theory]
    [InlineData("windows_server_2022", "nano_3_0", "", "bundleId")]
    [InlineData("gitlab", "nano_3_0", "", "bundleId")]
    [InlineData("ubuntu_22_04", "nano_ipv6_3_0", ""","ipAddressType":"ipv4" """, "ipAddressType")]
    public async Task What_does_not_fit_together_is_refused(string blueprint, string bundle, string more, string field)
    {
        await using var server = await ServerHarness.StartAsync();
        var refused = await server.RefuseAsync("CreateInstances", LightsailCalls.CreateBody("web-1", blueprint, bundle, more));
        Assert.Equal("InvalidInputException", refused.Type);
        Assert.StartsWith(field + ": ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_name_makes_none_of_the_instances()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1");
        await server.SendAsync("AllocateStaticIp", """{"staticIpName":"ip-1"}""");

        var refused = await server.RefuseAsync("CreateInstances", """{"instanceNames":["new-1","web-1","ip-1"],"availabilityZone":"us-east-1a","blueprintId":"ubuntu_22_04","bundleId":"nano_3_0"}""");

        Assert.Equal(new("InvalidInputException", "NameExists", "Some names are already in use: web-1, ip-1"), refused);
        Assert.Equal("web-1", Assert.Single(server.Server.Store.View.AllInstances()).Name);
    }

    [Fact]
    public async Task The_quota_is_in_the_words_of_the_service()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { InstanceQuota = 1 });
        await server.CreateRunningAsync("web-1");
        var refused = await server.RefuseAsync("CreateInstances", LightsailCalls.CreateBody("web-2"));
        Assert.Equal("InvalidInputException", refused.Type);
        Assert.StartsWith("Sorry, you've reached your maximum limit of Lightsail Instances : 1.", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>All accounts draw from the same addresses, and each instance is a namespace on the same machine.</summary>
    [Fact]
    public async Task An_account_that_does_not_own_the_installation_has_twenty_instances_unless_the_operator_says_otherwise()
    {
        await using var server = await ServerHarness.StartAsync();
        static string Many(string prefix, int count) =>
            $$"""{"instanceNames":[{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"{prefix}-{i}\""))}}],"availabilityZone":"us-east-1a","blueprintId":"ubuntu_22_04","bundleId":"nano_3_0"}""";
        var tenant = await server.AddAccountAsync();

        Assert.Equal("ok", (await server.AskAsync(tenant, "CreateInstances", Many("a", 20))).Type);
        var refused = await server.AskAsync(tenant, "CreateInstances", Many("b", 1));
        Assert.StartsWith("Sorry, you've reached your maximum limit of Lightsail Instances : 20.", refused.Message, StringComparison.Ordinal);
        await server.SendAsync("CreateInstances", Many("mine", 21));
    }

    [Fact]
    public async Task When_no_address_is_left_the_operation_fails_and_nothing_is_written()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { LabIpv4 = Block("198.18.0.0/30") });
        await server.CreateRunningAsync("web-1");
        await server.CreateRunningAsync("web-2");
        var revision = server.Server.Store.Revision;

        var refused = await server.RefuseAsync("CreateInstances", LightsailCalls.CreateBody("web-3"));

        Assert.Equal(("OperationFailureException", "every address of 198.18.0.0/30 is in use"), (refused.Type, refused.Message));
        Assert.Equal(revision, server.Server.Store.Revision);
        await server.SendAsync("DeleteInstance", """{"instanceName":"web-1"}""");
        await server.CreateRunningAsync("web-3");
    }

    [Fact]
    public async Task An_instance_that_the_host_refuses_never_was_and_its_operation_says_why()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Agent.Refuse(_ => "no more network namespaces");

        var started = (await server.SendAsync("CreateInstances", LightsailCalls.CreateBody("web-1"))).GetProperty("operations")[0];
        await server.SettleAsync();

        var failed = await server.OperationAsync(started);
        Assert.Equal(("Failed", "no more network namespaces"), (failed.Text("status"), failed.Text("errorDetails")));
        Assert.Equal("DoesNotExist", (await server.RefuseAsync("GetInstance", """{"instanceName":"web-1"}""")).Code);
    }

    private static string CreateWith(string name, string blueprint, string bundle) => LightsailCalls.CreateBody(name, blueprint, bundle);

    private static Cidr Block(string text) => Cidr.TryParse(text, System.Net.Sockets.AddressFamily.InterNetwork, out var cidr, out _) ? cidr : throw new ArgumentException(text);
}
