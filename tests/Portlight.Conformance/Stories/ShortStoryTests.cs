using System.Text.Json.Nodes;

namespace Portlight.Conformance.Stories;

/// <summary>
/// The same hour with every client: an instance, its ports (zeros among them), the errors, the trail that it left in CloudTrail, IAM and STS. Short, because what
/// one client decodes in a way of its own shows in any call; `StockClientTests` goes through the rest with three of them.
/// </summary>
public abstract class ShortStoryTests(Installation installation)
{
    private protected Installation Installation { get; } = installation;

    /// <summary>Begins the names of everything that this client makes.</summary>
    private protected abstract string Prefix { get; }

    /// <summary>The error by which this client tells that an instance does not exist.</summary>
    private protected virtual string NotFound => "NotFoundException";

    /// <summary>A client of one service; skips the test, by name, where this machine has none.</summary>
    private protected abstract StockClient Open(string service);

    [Fact]
    public async Task An_instance_its_ports_its_errors_its_trail_and_who_did_it()
    {
        await using var lightsail = Open("lightsail");
        string name = $"{Prefix}-story", named = $$"""{"instanceName": "{{name}}"}""";
        await lightsail.ChangeAsync("CreateInstances", $$"""{"instanceNames": ["{{name}}"], "availabilityZone": "us-east-1a", "blueprintId": "debian_12", "bundleId": "nano_3_0", "tags": [{"key": "team", "value": "web"}]}""");
        var instance = (await lightsail.CallAsync("GetInstance", named))["instance"]!;
        Assert.Equal(("running", "web"), ((string?)instance["state"]!["name"], (string?)instance["tags"]![0]!["value"]));

        await lightsail.ChangeAsync("PutInstancePublicPorts", $$"""
            {"instanceName": "{{name}}", "portInfos": [
              {"fromPort": 0, "toPort": 65535, "protocol": "all", "cidrs": ["192.0.2.1/32"]},
              {"fromPort": 0, "toPort": 1024, "protocol": "tcp", "cidrs": ["203.0.113.0/24"], "ipv6Cidrs": ["2001:db8::/32"]},
              {"fromPort": 0, "toPort": 0, "protocol": "udp", "cidrListAliases": ["lightsail-connect"]},
              {"fromPort": 8, "toPort": 0, "protocol": "icmp"},
              {"fromPort": 128, "toPort": 0, "protocol": "icmpv6"}]}
            """);
        await OpenAsync(
            lightsail, name,
            "0-65535/all from 192.0.2.1/32", "0-1024/tcp from 203.0.113.0/24 2001:db8::/32", "0-0/udp from lightsail-connect", "8-0/icmp from 0.0.0.0/0", "128-0/icmpv6 from ::/0");

        await lightsail.ChangeAsync("OpenInstancePublicPorts", Port(name, """{"fromPort": 443, "toPort": 443, "protocol": "tcp"}"""));
        await lightsail.ChangeAsync("CloseInstancePublicPorts", Port(name, """{"fromPort": 0, "toPort": 65535, "protocol": "all"}"""));
        await lightsail.ChangeAsync("CloseInstancePublicPorts", Port(name, """{"fromPort": 0, "toPort": 1024, "protocol": "tcp", "cidrs": ["203.0.113.0/24"]}"""));
        await lightsail.ChangeAsync("CloseInstancePublicPorts", Port(name, """{"fromPort": 8, "toPort": 0, "protocol": "icmp"}"""));
        await lightsail.ChangeAsync("CloseInstancePublicPorts", Port(name, """{"fromPort": 25, "toPort": 25, "protocol": "tcp"}""")); // was never open
        await OpenAsync(lightsail, name, "0-1024/tcp from 2001:db8::/32", "0-0/udp from lightsail-connect", "128-0/icmpv6 from ::/0", "443-443/tcp from 0.0.0.0/0 ::/0");

        var absent = await lightsail.RefusedAsync(NotFound, "GetInstance", $$"""{"instanceName": "{{Prefix}}-absent"}""");
        Assert.Equal((NotFound == "NotFoundException", $"The Instance does not exist: {Prefix}-absent"), (absent.IsTyped, absent.Message.Trim()));
        var bad = await lightsail.RefusedAsync("InvalidInputException", "OpenInstancePublicPorts", Port(name, """{"fromPort": 90, "toPort": 80, "protocol": "tcp"}"""));
        Assert.True(bad.IsTyped);

        await lightsail.ChangeAsync("PutInstancePublicPorts", $$"""{"instanceName": "{{name}}", "portInfos": []}""");
        await OpenAsync(lightsail, name);
        await lightsail.ChangeAsync("DeleteInstance", named);
        await TrailAsync(name);
        await IdentityAsync();
    }

    /// <summary>Asserts what is open, rule by rule.</summary>
    private static async Task OpenAsync(StockClient lightsail, string name, params string[] rules)
    {
        var states = (await lightsail.CallAsync("GetInstancePortStates", $$"""{"instanceName": "{{name}}"}"""))["portStates"]!.AsArray();
        Assert.Equal(rules, states.Select(state => $"{state!["fromPort"]}-{state["toPort"]}/{state["protocol"]} from {Sources(state)}"));
    }

    private async Task TrailAsync(string name)
    {
        await using var cloudTrail = Open("cloudtrail");
        var trail = await cloudTrail.CallAsync("LookupEvents", $$"""{"LookupAttributes": [{"AttributeKey": "ResourceName", "AttributeValue": "{{name}}"}]}""");
        string?[] events = [.. trail["Events"]!.AsArray().Select(one => (string?)one!["EventName"])];
        Assert.Superset(new HashSet<string?> { "CreateInstances", "PutInstancePublicPorts", "OpenInstancePublicPorts", "CloseInstancePublicPorts", "DeleteInstance" }, events.ToHashSet());
    }

    private async Task IdentityAsync()
    {
        await using var sts = Open("sts");
        Assert.EndsWith(":root", (string)(await sts.CallAsync("GetCallerIdentity"))["Arn"]!, StringComparison.Ordinal);
        await using var iam = Open("iam");
        var user = $$"""{"UserName": "{{Prefix}}-story"}""";
        Assert.EndsWith($":user/{Prefix}-story", (string)(await iam.CallAsync("CreateUser", user))["User"]!["Arn"]!, StringComparison.Ordinal);
        await iam.CallAsync("DeleteUser", user);
        var gone = await iam.TryAsync("GetUser", user);
        Assert.StartsWith("NoSuchEntity", gone.Error, StringComparison.Ordinal);
    }

    private static string Port(string name, string rule) => $$"""{"instanceName": "{{name}}", "portInfo": {{rule}}}""";

    internal static string Sources(JsonNode state) =>
        string.Join(' ', new[] { "cidrs", "ipv6Cidrs", "cidrListAliases" }.SelectMany(member => state[member]?.AsArray() ?? []).Select(source => (string?)source));
}
