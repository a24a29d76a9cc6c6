using Portlight.Domain;
using Portlight.Wire.Lightsail;
using static Portlight.Server.Tests.HostCalls;

namespace Portlight.Server.Tests;

/// <summary>On which host a lab instance is made.</summary>
public sealed class LabPlaceTests
{
    [Fact]
    public async Task A_zone_that_hosts_have_is_theirs_and_they_share_its_instances()
    {
        await using var server = await StartAsync();
        var agents = await JoinAsync(server, "us-east-1b", "fra-07", "fra-08");
        await CreateAsync(server, "us-east-1b", "a", "b", "c", "d");
        await ConfirmAsync(server);

        Assert.Equal([2, 2], agents.Select(agent => agent.Applied.Count));
        Assert.Empty(server.Agent.Applied);
        await CreateAsync(server, "us-east-1c", "e");
        await ConfirmAsync(server);
        Assert.Single(server.Agent.Applied);
    }

    [Fact]
    public async Task A_host_that_is_away_or_draining_or_makes_no_lab_gets_none()
    {
        await using var server = await StartAsync();
        var agents = await JoinAsync(server, "us-east-1b", "fra-07", "fra-08");
        agents[0].MakesLab = false;
        await DrainAsync(server, "fra-08", undo: false);
        await CreateAsync(server, "us-east-1b", "a");
        await DrainAsync(server, "fra-08", undo: true);
        await server.Server.Hosts.DisconnectAsync("fra-08", "it is gone");
        await CreateAsync(server, "us-east-1b", "b");

        Assert.Equal([HostName.Local, HostName.Local], server.Server.Store.View.AllInstances().Select(instance => instance.Attachment.Host));
        await DrainAsync(server, HostName.Local, undo: false);
        Assert.Contains("draining", (await ServerHarness.RefusalAsync(() => CreateAsync(server, "us-east-1b", "c"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_names_the_host_whatever_the_zone_and_is_refused_with_the_reason()
    {
        await using var server = await StartAsync();
        var agents = await JoinAsync(server, "us-east-1b", "fra-07");
        await CreateOnAsync("fra-07", "a");
        await ConfirmAsync(server);
        Assert.Single(agents[0].Applied);

        Assert.Equal("NotFoundException", (await ServerHarness.RefusalAsync(() => CreateOnAsync("fra-09", "b"))).Type);
        agents[0].MakesLab = false;
        Assert.Contains("makes no lab instances", (await ServerHarness.RefusalAsync(() => CreateOnAsync("fra-07", "b"))).Message, StringComparison.Ordinal);
        await server.Server.Hosts.DisconnectAsync("fra-07", "it is gone");
        Assert.Contains("away since", (await ServerHarness.RefusalAsync(() => CreateOnAsync("fra-07", "b"))).Message, StringComparison.Ordinal);

        Task CreateOnAsync(string host, string name) => CreateAsync(server, "us-east-1a", host, [name]);
    }

    [Fact]
    public async Task Naming_a_host_is_asked_of_the_host()
    {
        await using var server = await StartAsync();
        await JoinAsync(server, "us-east-1b", "fra-07");
        var user = await server.AddUserAsync("dev", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:*","Resource":"arn:aws:lightsail:*:*:*"}]}"""]);
        var refused = await ServerHarness.RefusalAsync(() => server.Client(user).SendAsync(
            "Lightsail_20161128.CreateInstances",
            Request("us-east-1a", "fra-07", ["a"]),
            LightsailJson.Default.CreateInstancesRequest,
            LightsailJson.Default.CreateInstancesResponse,
            TestContext.Current.CancellationToken));
        Assert.Contains("arn:aws:portlight::111122223333:host/fra-07", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<ScriptedAgent>> JoinAsync(ServerHarness server, string zone, params string[] names)
    {
        var agents = new List<ScriptedAgent>();
        foreach (var name in names)
        {
            await HostCalls.JoinAsync(server, (await TokenAsync(server, name, zone)).Token);
            agents.Add(new ScriptedAgent());
            server.Server.Hosts.Connect(name, agents[^1]);
        }

        return agents;
    }

    private static async Task ConfirmAsync(ServerHarness server)
    {
        foreach (var instance in server.Server.Store.View.AllInstances())
        {
            await server.Server.Hosts.Of(instance).ConfirmAsync(instance.Revision, TimeSpan.FromMinutes(1));
        }
    }

    private static Task CreateAsync(ServerHarness server, string zone, params string[] names) => CreateAsync(server, zone, null, names);

    private static Task CreateAsync(ServerHarness server, string zone, string? host, string[] names) => server.CallAsync(
        "CreateInstances", Request(zone, host, names), LightsailJson.Default.CreateInstancesRequest, LightsailJson.Default.CreateInstancesResponse);

    private static CreateInstancesRequest Request(string zone, string? host, string[] names) => new()
    {
        InstanceNames = [.. names.Select(name => "lab-" + name)],
        AvailabilityZone = zone,
        BlueprintId = "ubuntu_22_04",
        BundleId = "nano_3_0",
        Tags = host is null ? null : [new() { Key = "portlight:host", Value = host }],
    };
}
