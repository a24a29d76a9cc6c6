using System.Text.Json.Nodes;

namespace Portlight.Conformance;

/// <summary>
/// What a user of a stock client does, and what the client makes of the answers. The story is the same for every client, so that one which decodes a member
/// in a way of its own shows.
/// </summary>
public abstract class StockClientTests(Installation installation) : IAsyncLifetime
{
    /// <summary>AWS's own example of a key; no key of ours.</summary>
    private const string StrangeKey = "AKIAIOSFODNN7EXAMPLE", WrongSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    private readonly List<StockClient> _connected = [];
    private StockClient? _client;

    private protected Installation Installation { get; } = installation;

    private protected StockClient Client => _client ??= Connect();

    /// <summary>Begins the names of everything that this client makes.</summary>
    private protected abstract string Prefix { get; }

    private protected abstract StockClient Open(params (string Name, string Value)[] variables);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _connected)
        {
            await one.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Instances_are_created_stopped_started_and_deleted()
    {
        var name = await CreateAsync("life");
        var instance = (await Client.CallAsync("GetInstance", Named(name)))["instance"]!;
        Assert.Equal(name, (string?)instance["name"]);
        Assert.Equal("debian_12", (string?)instance["blueprintId"]);
        Assert.Equal("us-east-1a", (string?)instance["location"]!["availabilityZone"]);
        // The client took the number of the wire for a time.
        Assert.InRange(TimeProvider.System.GetUtcNow() - DateTimeOffset.Parse((string)instance["createdAt"]!), TimeSpan.Zero, TimeSpan.FromMinutes(30));
        Assert.Equal("running", await StateAsync(name));

        await Client.ChangeAsync("StopInstance", Named(name));
        Assert.Equal("stopped", await StateAsync(name));
        await Client.ChangeAsync("StartInstance", Named(name));
        Assert.Equal("running", await StateAsync(name));
        (var all, _) = await Client.ListAsync("GetInstances", "instances");
        Assert.Contains(all, one => (string?)one["name"] == name);

        await Client.ChangeAsync("DeleteInstance", Named(name));
        await Client.RefusedAsync("NotFoundException", "GetInstance", Named(name));
    }

    [Fact]
    public async Task Ports_are_put_opened_closed_and_read_back()
    {
        var name = await CreateAsync("ports");
        var put = await Client.ChangeAsync("PutInstancePublicPorts", $$"""
            {"instanceName": "{{name}}", "portInfos": [
              {"fromPort": 22, "toPort": 22, "protocol": "tcp", "cidrs": ["203.0.113.7", "198.51.100.0/24"], "ipv6Cidrs": ["2001:db8::/32"]},
              {"fromPort": 8000, "toPort": 8100, "protocol": "udp"},
              {"fromPort": 8, "toPort": -1, "protocol": "icmp", "cidrs": ["0.0.0.0/0"]},
              {"fromPort": -1, "toPort": -1, "protocol": "icmpv6"},
              {"fromPort": 0, "toPort": 65535, "protocol": "all", "cidrs": ["192.0.2.1/32"]}]}
            """);
        Assert.Equal(name, (string?)put["resourceName"]);
        Assert.Equal("Instance", (string?)put["resourceType"]);
        await OpenAsync(
            name,
            "22-22/tcp from 203.0.113.7/32 198.51.100.0/24 2001:db8::/32",
            "8000-8100/udp from 0.0.0.0/0 ::/0",
            "8--1/icmp from 0.0.0.0/0",
            "-1--1/icmpv6 from ::/0",
            "0-65535/all from 192.0.2.1/32");

        await Client.ChangeAsync("OpenInstancePublicPorts", $$"""{"instanceName": "{{name}}", "portInfo": {"fromPort": 443, "toPort": 443, "protocol": "tcp", "ipv6Cidrs": ["::/0"]} }""");
        await Client.ChangeAsync("CloseInstancePublicPorts", $$"""{"instanceName": "{{name}}", "portInfo": {"fromPort": 0, "toPort": 65535, "protocol": "all"} }""");
        await Client.ChangeAsync("CloseInstancePublicPorts", $$"""{"instanceName": "{{name}}", "portInfo": {"fromPort": 22, "toPort": 22, "protocol": "tcp", "cidrs": ["198.51.100.0/24"]} }""");
        await OpenAsync(
            name,
            "22-22/tcp from 203.0.113.7/32 2001:db8::/32",
            "8000-8100/udp from 0.0.0.0/0 ::/0",
            "8--1/icmp from 0.0.0.0/0",
            "-1--1/icmpv6 from ::/0",
            "443-443/tcp from ::/0");

        // GetInstance shows the same ports, in words of its own.
        var first = (await Client.CallAsync("GetInstance", Named(name)))["instance"]!["networking"]!["ports"]![0]!;
        Assert.Equal("Custom", (string?)first["accessFrom"]);

        await PutAsync(name, "[]");
        await OpenAsync(name);
    }

    [Fact]
    public async Task What_else_there_is_to_do_with_an_instance_is_decoded()
    {
        var name = await CreateAsync("more");
        await Client.ChangeAsync("RebootInstance", Named(name));
        await Client.ChangeAsync("SetIpAddressType", $$"""{"resourceType": "Instance", "resourceName": "{{name}}", "ipAddressType": "ipv4"}""");
        await Client.ChangeAsync("UpdateInstanceMetadataOptions", $$"""{"instanceName": "{{name}}", "httpTokens": "required"}""");
        var instance = (await Client.CallAsync("GetInstance", Named(name)))["instance"]!;
        Assert.Equal(("ipv4", "required"), ((string?)instance["ipAddressType"], (string?)instance["metadataOptions"]!["httpTokens"]));
        Assert.Empty(instance["ipv6Addresses"]?.AsArray() ?? []);

        var records = await Client.CallAsync("GetOperationsForResource", $$"""{"resourceName": "{{name}}"}""");
        Assert.Equal(
            ["UpdateInstanceMetadataOptions", "SetIpAddressType", "RebootInstance", "CreateInstance"],
            records["operations"]!.AsArray().Select(operation => (string?)operation!["operationType"]));
        var access = (await Client.CallAsync("GetInstanceAccessDetails", Named(name)))["accessDetails"]!;
        Assert.Equal((name, "admin", "ssh"), ((string?)access["instanceName"], (string?)access["username"], (string?)access["protocol"]));
        Assert.StartsWith("-----BEGIN ", (string)access["privateKey"]!, StringComparison.Ordinal);
        Assert.Contains(name, (await Client.CallAsync("GetActiveNames"))["activeNames"]!.AsArray().Select(active => (string?)active));
    }

    [Fact]
    public async Task The_catalogues_are_decoded_and_what_is_not_here_says_so()
    {
        var regions = (await Client.CallAsync("GetRegions", """{"includeAvailabilityZones": true}"""))["regions"]!.AsArray();
        var region = Assert.Single(regions, one => (string?)one!["name"] == "us-east-1")!;
        Assert.Contains("us-east-1a", region["availabilityZones"]!.AsArray().Select(zone => (string?)zone!["zoneName"]));
        Assert.Contains("debian_12", (await Client.CallAsync("GetBlueprints"))["blueprints"]!.AsArray().Select(one => (string?)one!["blueprintId"]));
        Assert.Contains("nano_3_0", (await Client.CallAsync("GetBundles"))["bundles"]!.AsArray().Select(one => (string?)one!["bundleId"]));
        Assert.False((bool)(await Client.CallAsync("IsVpcPeered"))["isPeered"]!);

        var disks = await Client.RefusedAsync("InvalidInputException", "GetDisks");
        Assert.Contains("GetDisks", disks.Message, StringComparison.Ordinal);
        Assert.True(disks.IsTyped);
    }

    [Fact]
    public async Task Packets_follow_the_ports()
    {
        var name = await CreateAsync("packets");
        var instance = (await Client.CallAsync("GetInstance", Named(name)))["instance"]!;
        string ipv4 = (string)instance["publicIpAddress"]!, ipv6 = (string)instance["ipv6Addresses"]![0]!;
        await using var listener = await Listener.StartAsync(Installation, name, port: 8080);

        await PutAsync(name, """[{"fromPort": 8080, "toPort": 8080, "protocol": "tcp"}]""");
        Assert.Equal(("connected", "connected"), (await listener.ConnectAsync(ipv4), await listener.ConnectAsync(ipv6)));

        await PutAsync(name, """[{"fromPort": 8080, "toPort": 8080, "protocol": "tcp", "ipv6Cidrs": ["::/0"]}]""");
        Assert.Equal(("timed out", "connected"), (await listener.FailToConnectAsync(ipv4), await listener.ConnectAsync(ipv6)));

        await PutAsync(name, "[]");
        Assert.Equal(("timed out", "timed out"), (await listener.FailToConnectAsync(ipv4), await listener.FailToConnectAsync(ipv6)));
    }

    [Fact]
    public async Task Tags_come_and_go()
    {
        var name = await CreateAsync("tags", """, "tags": [{"key": "team", "value": "web"}]""");
        await Client.ChangeAsync("TagResource", $$"""{"resourceName": "{{name}}", "tags": [{"key": "stage", "value": "test"}, {"key": "bare"}, {"key": "team", "value": "edge"}]}""");
        Assert.Equal(["bare=", "stage=test", "team=edge"], await TagsAsync(name));
        await Client.ChangeAsync("UntagResource", $$"""{"resourceName": "{{name}}", "tagKeys": ["stage", "bare", "absent"]}""");
        Assert.Equal(["team=edge"], await TagsAsync(name));
    }

    [Fact]
    public async Task A_static_ip_is_allocated_attached_detached_and_released()
    {
        var name = await CreateAsync("fixed");
        string staticIp = $"{Prefix}-address", ofStaticIp = $$"""{"staticIpName": "{{staticIp}}"}""";
        var before = await AddressAsync(name);
        await Client.ChangeAsync("AllocateStaticIp", ofStaticIp);
        var address = (string)(await Client.CallAsync("GetStaticIp", ofStaticIp))["staticIp"]!["ipAddress"]!;
        Assert.NotEqual(before, address);

        await Client.ChangeAsync("AttachStaticIp", $$"""{"staticIpName": "{{staticIp}}", "instanceName": "{{name}}"}""");
        var attached = (await Client.CallAsync("GetStaticIp", ofStaticIp))["staticIp"]!;
        Assert.Equal((true, name), ((bool)attached["isAttached"]!, (string?)attached["attachedTo"]));
        Assert.Equal(address, await AddressAsync(name));

        await Client.ChangeAsync("DetachStaticIp", ofStaticIp);
        Assert.NotEqual(address, await AddressAsync(name));
        await Client.ChangeAsync("ReleaseStaticIp", ofStaticIp);
        await Client.RefusedAsync("NotFoundException", "GetStaticIp", ofStaticIp);
    }

    [Fact]
    public async Task A_key_pair_is_created_and_deleted()
    {
        var ofKeyPair = $$"""{"keyPairName": "{{Prefix}}-key"}""";
        var created = await Client.CallAsync("CreateKeyPair", ofKeyPair);
        Assert.Equal($"{Prefix}-key", (string?)created["keyPair"]!["name"]);
        Assert.StartsWith("ssh-", (string)created["publicKeyBase64"]!, StringComparison.Ordinal);
        Assert.StartsWith("-----BEGIN ", (string)created["privateKeyBase64"]!, StringComparison.Ordinal);
        Assert.Equal("CreateKeyPair", (string?)created["operation"]!["operationType"]);
        Assert.NotEmpty((string)(await Client.CallAsync("GetKeyPair", ofKeyPair))["keyPair"]!["fingerprint"]!);
        await Client.ChangeAsync("DeleteKeyPair", ofKeyPair);
        await Client.RefusedAsync("NotFoundException", "GetKeyPair", ofKeyPair);
    }

    [Fact]
    public async Task Every_page_of_the_operations_is_read()
    {
        var backlog = await Installation.BacklogAsync();
        (var entries, var pages) = await Client.ListAsync("GetOperations", "operations");
        string[] read = [.. entries.Select(entry => (string)entry["id"]!)];
        Assert.Equal(read.Length, read.Distinct().Count());
        Assert.Superset(backlog, read.ToHashSet());
        Assert.True(pages is null or >= 2, $"{backlog.Count} operations came on {pages} page");
    }

    [Fact]
    public async Task Refusals_arrive_as_the_types_of_the_service_model()
    {
        var absent = await Client.RefusedAsync("NotFoundException", "GetInstance", Named($"{Prefix}-absent"));
        Assert.True(absent.IsTyped);
        Assert.Contains($"{Prefix}-absent", absent.Message, StringComparison.Ordinal);

        var name = await CreateAsync("refused");
        await PutAsync(name, """[{"fromPort": 443, "toPort": 443, "protocol": "tcp"}]""");
        var bad = await Client.RefusedAsync("InvalidInputException", "PutInstancePublicPorts", $$"""
            {"instanceName": "{{name}}", "portInfos": [
              {"fromPort": 22, "toPort": 22, "protocol": "tcp", "cidrs": ["10.0.0.256/32"]},
              {"fromPort": 90, "toPort": 80, "protocol": "tcp"}]}
            """);
        Assert.True(bad.IsTyped);
        Assert.Contains("portInfos[0].cidrs[0]", bad.Message, StringComparison.Ordinal);
        Assert.Contains("portInfos[1].fromPort", bad.Message, StringComparison.Ordinal);
        await OpenAsync(name, "443-443/tcp from 0.0.0.0/0 ::/0");
    }

    [Fact]
    public Task A_key_that_nobody_has_is_an_unrecognised_client() =>
        Connect(("AWS_ACCESS_KEY_ID", StrangeKey)).RefusedAsync("UnrecognizedClientException", "GetInstances");

    [Fact]
    public Task A_wrong_secret_is_an_invalid_signature() =>
        Connect(("AWS_SECRET_ACCESS_KEY", WrongSecret)).RefusedAsync("InvalidSignatureException", "GetInstances");

    private protected static string Named(string instance) => $$"""{"instanceName": "{{instance}}"}""";

    /// <summary>A running instance of this client's own.</summary>
    private protected async Task<string> CreateAsync(string what, string more = "")
    {
        var name = $"{Prefix}-{what}";
        await Client.ChangeAsync("CreateInstances", $$"""{"instanceNames": ["{{name}}"], "availabilityZone": "us-east-1a", "blueprintId": "debian_12", "bundleId": "nano_3_0"{{more}}}""");
        return name;
    }

    /// <summary>Asserts what is open, rule by rule.</summary>
    private protected async Task OpenAsync(string name, params string[] rules)
    {
        var states = (await Client.CallAsync("GetInstancePortStates", Named(name)))["portStates"]!.AsArray();
        Assert.All(states, state => Assert.Equal("open", (string?)state!["state"]));
        Assert.Equal(rules, states.Select(state => $"{state!["fromPort"]}-{state["toPort"]}/{state["protocol"]} from {string.Join(' ', state["cidrs"]!.AsArray().Concat(state["ipv6Cidrs"]!.AsArray()))}"));
    }

    private StockClient Connect(params (string Name, string Value)[] variables)
    {
        var one = Open(variables);
        _connected.Add(one);
        return one;
    }

    private Task<JsonNode> PutAsync(string name, string portInfos) =>
        Client.ChangeAsync("PutInstancePublicPorts", $$"""{"instanceName": "{{name}}", "portInfos": {{portInfos}}}""");

    private async Task<string?> StateAsync(string name) => (string?)(await Client.CallAsync("GetInstanceState", Named(name)))["state"]!["name"];

    private async Task<string> AddressAsync(string name) => (string)(await Client.CallAsync("GetInstance", Named(name)))["instance"]!["publicIpAddress"]!;

    private async Task<IEnumerable<string>> TagsAsync(string name) =>
        (await Client.CallAsync("GetInstance", Named(name)))["instance"]!["tags"]!.AsArray().Select(tag => $"{tag!["key"]}={tag["value"]}").Order(StringComparer.Ordinal);
}
