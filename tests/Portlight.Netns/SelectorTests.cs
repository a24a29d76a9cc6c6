using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>What is attached by a selector, with packets: before it is there, through names, replacements and restarts, and where the selector finds several.</summary>
public sealed class SelectorTests
{
    private const string Guest = "mac:52:54:00:aa:bb:77";
    private const string HostSide = "fe:54:00:aa:bb:77";
    private const string VmIpv4 = "203.0.113.50";

    [Fact]
    public async Task What_is_not_there_yet_is_filtered_when_it_comes_and_by_whatever_name_it_comes_again()
    {
        using var scene = new Scene();
        Put(scene, Guest, report => Assert.StartsWith("waiting: no such device yet", report.Note, StringComparison.Ordinal));

        var first = new Passing(scene, await AppearAsync(scene, "vm", "vnet0", VmIpv4), VmIpv4);
        Assert.True(first.Arrives(80));
        Assert.False(first.LetsIn(81));

        scene.Host.Run("ip", "link set vnet0 name lan0");
        Assert.True(first.Arrives(80));
        Assert.False(first.LetsIn(81));

        await FollowAsync(scene, () => Delete(scene, "lan0", "vm"));
        var again = first.Beside(await AppearAsync(scene, "again", "vnet1", "203.0.113.51"), "203.0.113.51");
        Assert.True(again.Arrives(80));
        Assert.False(again.LetsIn(81));
    }

    [Fact]
    public async Task The_name_it_had_is_closed_while_it_is_away_until_the_agent_sees_that_it_is_a_strangers()
    {
        using var scene = new Scene();
        Put(scene, Guest);
        await AppearAsync(scene, "vm", "vnet0", VmIpv4);
        await FollowAsync(scene, () => Delete(scene, "vnet0", "vm"));

        var probe = new Passing(scene, scene.Network.AddMachine("next", "vnet0", "203.0.113.51"), "203.0.113.51");
        Assert.False(probe.LetsIn(80));
        await scene.Agent.DriftAsync(TestContext.Current.CancellationToken).WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);
        Assert.True(probe.Arrives(81));
    }

    [Fact]
    public async Task Two_that_a_selector_finds_are_closed_from_the_moment_that_they_are_seen_until_one_is_left()
    {
        using var scene = new Scene();
        Put(scene, "alias:web-1");
        var first = new Passing(scene, await AppearAsync(scene, "vm", "vnet0", VmIpv4, alias: "web-1"), VmIpv4);
        Assert.True(first.Arrives(80));

        var second = first.Beside(await AppearAsync(scene, "twin", "vnet1", "203.0.113.51", alias: "web-1"), "203.0.113.51");
        Assert.False(second.LetsIn(80));
        Assert.True(first.Arrives(80));
        Assert.Contains("`vnet1` is found by `alias:web-1` too", Assert.IsType<AgentReport.Unfiltered>(Assert.Single(scene.Synchronise())).Reason, StringComparison.Ordinal);

        // An agent that has not seen which was first opens neither.
        scene.RestartAgent(synchronise: false);
        Assert.Contains("several", Assert.IsType<AgentReport.Unfiltered>(Assert.Single(scene.Synchronise())).Reason, StringComparison.Ordinal);
        Assert.False(first.LetsIn(80));
        Assert.False(second.LetsIn(80));

        await FollowAsync(scene, () => scene.Host.Run("ip", "link set vnet1 alias other"));
        Assert.True(first.Arrives(80));
        Assert.False(first.LetsIn(81));
        Assert.Null(Assert.IsType<AgentReport.Applied>(Assert.Single(scene.Synchronise())).Note);
    }

    [Fact]
    public async Task A_restart_and_a_boot_find_it_by_its_selector_alone()
    {
        using var scene = new Scene();
        Put(scene, Guest);
        await AppearAsync(scene, "vm", "vnet0", VmIpv4);
        await FollowAsync(scene, () => scene.Host.Run("ip", "link set vnet0 name vnet5"));
        scene.RestartAgent();
        Assert.Null(Assert.IsType<AgentReport.Applied>(Assert.Single(scene.Synchronise())).Note);
        scene.StopAgent();

        Delete(scene, "vnet5", "vm");
        scene.Host.Run("nft", "flush ruleset");
        var fresh = scene.Network.AddMachine("fresh", "vnet5", "203.0.113.51");
        var probe = new Passing(scene, fresh, "203.0.113.51");
        RestorationTests.Restore(scene);
        Assert.True(probe.Arrives(81)); // nothing says that it is the instance
        scene.Host.Run("ip", $"link set vnet5 address {HostSide}");
        RestorationTests.Restore(scene);
        Assert.True(probe.Arrives(80));
        Assert.False(probe.LetsIn(81));
    }

    private static void Put(Scene scene, string selector, Action<AgentReport.Applied>? told = null)
    {
        scene.Put(Scene.Lab(50, Ports.Of("80/tcp")) with { Attachment = new Attachment.Interface("", [], []) { Selector = selector }, NamespaceName = null });
        told?.Invoke(Assert.IsType<AgentReport.Applied>(Assert.Single(scene.Synchronise())));
    }

    /// <summary>A machine behind a device that the selector finds, once the agent has seen it; nothing else is told to the agent.</summary>
    private static async Task<NetworkNode> AppearAsync(Scene scene, string name, string link, string address, string? alias = null)
    {
        NetworkNode? machine = null;
        await FollowAsync(scene, () =>
        {
            machine = scene.Network.AddMachine(name, link, address);
            scene.Host.Run("ip", alias is null ? $"link set {link} address {HostSide}" : $"link set {link} alias {alias}");
        });
        return machine!;
    }

    /// <summary>The machine that was behind it keeps a card, which leads nowhere.</summary>
    private static void Delete(Scene scene, string link, string machine)
    {
        scene.Host.Run("ip", $"link del {link}");
        scene.Host.Run("ip", $"link add spare0 type veth peer name eth0 netns {machine}");
    }

    /// <summary>Changes something, which the agent must see by itself. What it has not looked at before is not what it is asked about.</summary>
    private static async Task FollowAsync(Scene scene, Action change)
    {
        scene.Synchronise();
        var drift = scene.Agent.DriftAsync(TestContext.Current.CancellationToken);
        change();
        await drift.WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);
    }
}
