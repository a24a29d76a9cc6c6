using Portlight.Domain;
using Portlight.TestKit;

namespace Portlight.Server.Tests.Operations;

public sealed class InstanceOperationTests
{
    [Fact]
    public async Task Two_answers_are_the_same_bytes_as_long_as_nothing_changed()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1", more: ""","tags":[{"key":"b"},{"key":"a","value":"1"}]""");
        var before = (await server.InstanceAsync("web-1")).GetRawText();
        server.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(before, (await server.InstanceAsync("web-1")).GetRawText());
        await server.RestartAsync();
        Assert.Equal(before, (await server.InstanceAsync("web-1")).GetRawText());
    }

    [Fact]
    public async Task Stopping_frees_the_public_ipv4_address_and_keeps_the_ipv6_one_and_starting_gives_a_new_one()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1");
        var before = await server.InstanceAsync("web-1");
        var release = server.Agent.Hold();

        var stopping = (await server.SendAsync("StopInstance", """{"instanceName":"web-1"}""")).GetProperty("operations")[0];
        Assert.Equal("StopInstance Instance web-1 in us-east-1a: Started, ``", stopping.Record());
        Assert.Equal("""{"code":64,"name":"stopping"}""", (await server.SendAsync("GetInstanceState", """{"instanceName":"web-1"}""")).GetProperty("state").GetRawText());
        Assert.StartsWith("The Instance web-1 is stopping;", (await server.RefuseAsync("StartInstance", """{"instanceName":"web-1"}""")).Message, StringComparison.Ordinal);

        release();
        await server.SettleAsync();
        var stopped = await server.InstanceAsync("web-1");
        Assert.Equal("""{"code":80,"name":"stopped"}""", stopped.GetProperty("state").GetRawText());
        Assert.False(stopped.Has("publicIpAddress"));
        Assert.Equal(before.GetProperty("ipv6Addresses").GetRawText(), stopped.GetProperty("ipv6Addresses").GetRawText());
        Assert.False(server.Agent.Applied.Values.Single().IsRunning);
        Assert.Equal("Succeeded", (await server.OperationAsync(stopping)).Text("status"));

        var starting = (await server.SendAsync("StartInstance", """{"instanceName":"web-1"}""")).GetProperty("operations")[0];
        Assert.Equal("StartInstance Instance web-1 in us-east-1a: Started, ``", starting.Record());
        await server.SettleAsync();
        var started = await server.InstanceAsync("web-1");
        Assert.Equal("running", started.GetProperty("state").Text("name"));
        Assert.NotEqual(before.Text("publicIpAddress"), started.Text("publicIpAddress"));
        Assert.Equal(before.Text("privateIpAddress"), started.Text("privateIpAddress"));
        Assert.True(server.Agent.Applied.Values.Single().IsRunning);
    }

    [Fact]
    public async Task Starting_what_runs_and_stopping_what_is_stopped_change_nothing_and_succeed()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1");
        var revision = server.Server.Store.Revision;
        Assert.Equal("StartInstance Instance web-1 in us-east-1a: Succeeded, terminal, ``", (await server.SendAsync("StartInstance", """{"instanceName":"web-1"}""")).GetProperty("operations")[0].Record());
        Assert.Equal(revision, server.Server.Store.Revision);

        await server.SendAsync("StopInstance", """{"instanceName":"web-1","force":true}""");
        await server.SettleAsync();
        Assert.Equal("StopInstance Instance web-1 in us-east-1a: Succeeded, terminal, ``", (await server.SendAsync("StopInstance", """{"instanceName":"web-1"}""")).GetProperty("operations")[0].Record());
    }

    [Fact]
    public async Task An_instance_that_cannot_be_started_is_stopped_still_also_when_the_server_died_meanwhile()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { ConfirmTimeout = TimeSpan.Zero });
        await server.CreateRunningAsync("web-1");
        await server.SendAsync("StopInstance", """{"instanceName":"web-1"}""");
        await server.SettleAsync();
        server.Agent.Refuse(wanted => wanted.IsRunning ? "no link for it" : null);
        var starting = (await server.SendAsync("StartInstance", """{"instanceName":"web-1"}""")).GetProperty("operations")[0];
        await server.SettleAsync();
        Assert.Equal("stopped", (await server.InstanceAsync("web-1")).GetProperty("state").Text("name"));
        Assert.Equal(("Failed", "no link for it"), ((await server.OperationAsync(starting)).Text("status"), (await server.OperationAsync(starting)).Text("errorDetails")));

        var stored = server.Server.Store.View.FindInstance(server.Scope, "web-1")!;
        var release = server.Agent.Hold(); // the server goes down before the agent has answered
        await server.SendAsync("StartInstance", """{"instanceName":"web-1"}""");
        await server.SendAsync("PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[]}""");
        await server.RestartAsync(whileDown: release);
        await server.SettleAsync();
        Assert.Equal(stored.Id, server.Server.Store.View.FindInstance(server.Scope, "web-1")?.Id);
        Assert.Equal("stopped", (await server.InstanceAsync("web-1")).GetProperty("state").Text("name"));
    }

    [Fact]
    public async Task Rebooting_succeeds_at_once_and_only_while_running()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1");
        Assert.Equal("RebootInstance Instance web-1 in us-east-1a: Succeeded, terminal, ``", (await server.SendAsync("RebootInstance", """{"instanceName":"web-1"}""")).GetProperty("operations")[0].Record());
        await server.SendAsync("StopInstance", """{"instanceName":"web-1"}""");
        await server.SettleAsync();
        Assert.Equal("The Instance web-1 is stopped; rebooting it is not possible now", (await server.RefuseAsync("RebootInstance", """{"instanceName":"web-1"}""")).Message);
    }

    [Fact]
    public async Task Deleting_is_done_at_once_in_the_kernel_too_and_frees_the_name()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1");
        Assert.Equal("DeleteInstance Instance web-1 in us-east-1a: Succeeded, terminal", (await server.SendAsync("DeleteInstance", """{"instanceName":"web-1","forceDeleteAddOns":true}""")).GetProperty("operations")[0].Record());
        Assert.Empty(server.Agent.Applied);
        Assert.Equal(new("NotFoundException", "DoesNotExist", "The Instance does not exist: web-1"), await server.RefuseAsync("GetInstance", """{"instanceName":"web-1"}"""));
        Assert.Equal("DoesNotExist", (await server.RefuseAsync("DeleteInstance", """{"instanceName":"web-1"}""")).Code);
        await server.CreateRunningAsync("web-1");
    }

    [Fact]
    public async Task The_address_type_gives_and_takes_addresses_and_the_rules_stay()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1");
        var ports = (await server.SendAsync("GetInstancePortStates", """{"instanceName":"web-1"}""")).GetRawText();

        Assert.Equal("SetIpAddressType Instance web-1 in us-east-1a: Succeeded, terminal, `ipv4`", (await SetTypeAsync("ipv4")).Record());
        Assert.Empty((await server.InstanceAsync("web-1")).GetProperty("ipv6Addresses").EnumerateArray());
        Assert.Single(server.Agent.Applied.Values.Single().PublicAddresses);
        Assert.Equal(ports, (await server.SendAsync("GetInstancePortStates", """{"instanceName":"web-1"}""")).GetRawText());

        await SetTypeAsync("dualstack");
        Assert.Single((await server.InstanceAsync("web-1")).GetProperty("ipv6Addresses").EnumerateArray());

        await SetTypeAsync("ipv6");
        var six = await server.InstanceAsync("web-1");
        Assert.Equal((false, "nano_3_0"), (six.Has("publicIpAddress"), six.Text("bundleId")));

        await SetTypeAsync("dualstack");
        await SetTypeAsync("ipv6", """,  "acceptBundleUpdate":true """);
        Assert.Equal("nano_ipv6_3_0", (await server.InstanceAsync("web-1")).Text("bundleId"));
        Assert.Contains("is IPv6 only; set acceptBundleUpdate", (await server.RefuseAsync("SetIpAddressType", """{"resourceType":"Instance","resourceName":"web-1","ipAddressType":"dualstack"}""")).Message, StringComparison.Ordinal);
        await SetTypeAsync("ipv4", ""","acceptBundleUpdate":true """);
        Assert.Equal("nano_3_0", (await server.InstanceAsync("web-1")).Text("bundleId"));

        async Task<System.Text.Json.JsonElement> SetTypeAsync(string type, string more = "") =>
            (await server.SendAsync("SetIpAddressType", $$"""{"resourceType":"Instance","resourceName":"web-1","ipAddressType":"{{type}}"{{more}}}""")).GetProperty("operations")[0];
    }

    [Fact]
    public async Task The_address_type_of_what_is_not_here_is_not_found_and_bad_words_are_named_together()
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.Equal("The LoadBalancer does not exist: lb-1", (await server.RefuseAsync("SetIpAddressType", """{"resourceType":"LoadBalancer","resourceName":"lb-1","ipAddressType":"ipv4"}""")).Message);
        Assert.Equal(
            "resourceType: `Disk` is not one of Instance, Distribution, LoadBalancer; resourceName: is missing; ipAddressType: `v4` is not one of dualstack, ipv4, ipv6",
            (await server.RefuseAsync("SetIpAddressType", """{"resourceType":"Disk","ipAddressType":"v4"}""")).Message);
    }

    [Fact]
    public async Task Metadata_options_that_are_named_change_and_the_others_stay()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1");
        var operation = (await server.SendAsync("UpdateInstanceMetadataOptions", """{"instanceName":"web-1","httpTokens":"required","httpPutResponseHopLimit":2}""")).GetProperty("operation");
        Assert.Equal("UpdateInstanceMetadataOptions Instance web-1 in us-east-1a: Succeeded, terminal", operation.Record());
        Assert.Equal(
            """{"state":"applied","httpTokens":"required","httpEndpoint":"enabled","httpPutResponseHopLimit":2,"httpProtocolIpv6":"disabled"}""",
            (await server.InstanceAsync("web-1")).GetProperty("metadataOptions").GetRawText());
        Assert.Equal(
            "httpTokens: `maybe` is not one of optional, required; httpPutResponseHopLimit: `65` is not a number from 1 to 64",
            (await server.RefuseAsync("UpdateInstanceMetadataOptions", """{"instanceName":"web-1","httpTokens":"maybe","httpPutResponseHopLimit":65}""")).Message);
    }

    [Fact]
    public async Task Access_details_hold_what_is_really_there()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1");
        var instance = await server.InstanceAsync("web-1");
        var details = (await server.SendAsync("GetInstanceAccessDetails", """{"instanceName":"web-1","protocol":"ssh"}""")).GetProperty("accessDetails");
        Assert.Equal((instance.Text("publicIpAddress"), "ssh", "web-1", "ubuntu"), (details.Text("ipAddress"), details.Text("protocol"), details.Text("instanceName"), details.Text("username")));
        Assert.Equal((await server.SendAsync("DownloadDefaultKeyPair")).Text("privateKeyBase64"), details.Text("privateKey"));
        Assert.Empty(details.GetProperty("hostKeys").EnumerateArray());
        Assert.False(details.Has("certKey"));

        await server.SendAsync("CreateKeyPair", """{"keyPairName":"mine"}""");
        await server.CreateRunningAsync("web-2", more: ""","keyPairName":"mine" """);
        Assert.False((await server.SendAsync("GetInstanceAccessDetails", """{"instanceName":"web-2"}""")).GetProperty("accessDetails").Has("privateKey"));
        Assert.Equal("protocol: `telnet` is not one of ssh, rdp", (await server.RefuseAsync("GetInstanceAccessDetails", """{"instanceName":"web-2","protocol":"telnet"}""")).Message);
    }

    [Fact]
    public async Task Active_names_are_of_every_kind()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.CreateRunningAsync("web-1");
        await server.SendAsync("AllocateStaticIp", """{"staticIpName":"an-ip"}""");
        await server.SendAsync("ImportKeyPair", $$"""{"keyPairName":"my-key","publicKeyBase64":"{{KeyPairTests.PublicKey}}"}""");
        Assert.Equal("""["an-ip","my-key","web-1"]""", (await server.SendAsync("GetActiveNames")).GetProperty("activeNames").GetRawText());
    }

    [Theory]
    [InlineData("DeleteInstance", "{\"instanceName\":\"box-1\"}")]
    [InlineData("StartInstance", "{\"instanceName\":\"box-1\"}")]
    [InlineData("StopInstance", "{\"instanceName\":\"box-1\"}")]
    [InlineData("RebootInstance", "{\"instanceName\":\"box-1\"}")]
    [InlineData("SetIpAddressType", "{\"resourceType\":\"Instance\",\"resourceName\":\"box-1\",\"ipAddressType\":\"ipv4\"}")]
    public async Task What_has_to_be_done_where_an_attached_machine_is_run_is_refused(string operation, string body)
    {
        await using var server = await ServerHarness.StartAsync();
        var added = await server.AddInstanceAsync("box-1");
        await server.Server.Store.SaveAsync((_, changes) => changes.Save(added with { Attachment = new Attachment.Interface("vnet7", [], []) }), TestContext.Current.CancellationToken);
        var refused = await server.RefuseAsync(operation, body);
        Assert.Equal("InvalidInputException", refused.Type);
        Assert.StartsWith("box-1 was attached, not created:", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GetInstance")]
    [InlineData("GetInstanceState")]
    [InlineData("GetInstanceAccessDetails")]
    [InlineData("DeleteInstance")]
    [InlineData("StartInstance")]
    [InlineData("StopInstance")]
    [InlineData("RebootInstance")]
    [InlineData("UpdateInstanceMetadataOptions")]
    public async Task Names_are_required_well_formed_and_of_something_that_exists(string operation)
    {
        await using var server = await ServerHarness.StartAsync();
        Assert.Equal("instanceName: is missing", (await server.RefuseAsync(operation)).Message);
        Assert.StartsWith("../etc is not a valid resource name.", (await server.RefuseAsync(operation, """{"instanceName":"../etc"}""")).Message, StringComparison.Ordinal);
        Assert.Equal(new("NotFoundException", "DoesNotExist", "The Instance does not exist: web-9"), await server.RefuseAsync(operation, """{"instanceName":"web-9"}"""));
    }
}
