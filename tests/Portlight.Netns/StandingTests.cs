using System.Net;
using Portlight.Agent;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>What stands without an agent, what a new one changes, what it does when somebody else does, and what is left at the end.</summary>
public sealed class StandingTests
{
    private static readonly string[] Probes = ["80/tcp from 198.51.100.1", "81/tcp from 198.51.100.1", "80/tcp from 2001:db8:5::1", "81/tcp from 2001:db8:5::1"];

    private static IReadOnlyList<bool> Verdicts(PacketProbe probe, long index) =>
        probe.Verdicts([.. Probes.Select(PacketTrial.Read).Select(packet => packet with { Destination = packet.IsIpv4 ? Scene.PublicIpv4(index) : Scene.PublicIpv6(index) })]);

    [Fact]
    public void Rules_go_on_filtering_without_an_agent()
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        var probe = scene.Probe(scene.FromClient, instance, scene.Inside(instance));
        scene.StopAgent();
        Assert.Equal([true, false, true, false], Verdicts(probe, 9));
    }

    [Fact]
    public async Task A_new_agent_finds_everything_right_and_commits_nothing()
    {
        using var scene = new Scene();
        scene.Put(Scene.Lab(8, Ports.Of("1-100/tcp from 198.51.100.0/24; 8:0/icmp; 0-1/all")));
        var instance = scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        using var echo = new Echo(scene.Client, scene.Inside(instance), "203.0.113.9", 80);
        using var stranger = scene.Host.Do(() => NftablesSession.Open(Scene.Installation, mayOwn: false));
        using var watcher = scene.Host.Do(() => NftablesWatcher.Open(stranger));

        scene.RestartAgent();
        scene.Host.Nft("add chain inet portlight foreign");

        // Commits are reported in order: the first that was made since the restart is the foreign one.
        var first = await watcher.WaitAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);
        Assert.Equal("nft", first.ProcessName);
        Assert.True(echo.Answers());
    }

    [Fact]
    [Trait("machine", "alone")]
    public void Nothing_opens_and_nothing_is_lost_through_ten_restarts()
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, Ports.Of("80/udp")));
        var inside = scene.Inside(instance);
        using var open = inside.Udp(new IPEndPoint(Scene.PublicIpv4(9), 80));
        using var closed = inside.Udp(new IPEndPoint(Scene.PublicIpv4(9), 9999));
        using var client = scene.Client.Udp(new IPEndPoint(TestNetwork.Address(Scene.ClientIpv4), 0));
        using var traffic = new Traffic(client, open, new IPEndPoint(Scene.PublicIpv4(9), 80), new IPEndPoint(Scene.PublicIpv4(9), 9999));
        for (var i = 0; i < 10; i++)
        {
            scene.RestartAgent();
            traffic.AwaitPassed(10);
        }

        var (sent, received) = traffic.Stop();
        Assert.Equal(sent, received);
        Assert.Equal(0, closed.Available);
    }

    [Theory]
    [InlineData("flush ruleset")]
    [InlineData("delete table inet portlight")]
    [InlineData("insert rule inet portlight instance accept")]
    public async Task A_foreign_change_is_noticed_by_event_and_repaired(string change)
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        var probe = scene.Probe(scene.FromClient, instance, scene.Inside(instance));
        var drift = scene.Agent.DriftAsync(TestContext.Current.CancellationToken);
        Assert.False(drift.IsCompleted);

        scene.Host.Nft(change);
        await drift.WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);
        scene.Synchronise();

        Assert.Equal([true, false, true, false], Verdicts(probe, 9));
        Assert.Equal(1, scene.Agent.Status.DriftRepairs);
    }

    [Fact]
    public void Synchronise_without_drift_counts_no_repair()
    {
        using var scene = new Scene();
        scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        scene.Synchronise();
        Assert.Equal(0, scene.Agent.Status.DriftRepairs);
        Assert.NotNull(scene.Agent.Status.LastSynchronised);
    }

    [Fact]
    public void Teardown_removes_everything_of_ours_and_nothing_else()
    {
        using var scene = new Scene();
        scene.Host.Nft("add table inet foreign");
        scene.Host.Run("ip", "netns add pl-foreign");
        scene.Host.Run("ip", "link add pl7 type veth peer name foreign7");
        try
        {
            scene.Put(Scene.Lab(8, Ports.Of("80/tcp")));
            scene.Put(Scene.Lab(9, Ports.Of("1-2/tcp from 198.51.100.0/24")));
            scene.Put(Scene.Lab(10, PortSet.Empty) with { Attachment = new Attachment.ThisHost([], []), NamespaceName = null });

            scene.StopAgent();
            Assert.Equal(new KernelContents(HasTable: true, LabInstances: 2), Scene.TearDown());

            Assert.Equal("table inet foreign\n", scene.Host.Run("nft", "list tables"));
            Assert.Equal(["client", "pl-foreign"], scene.Host.Run("ip", "netns list").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).Order());
            var links = scene.Host.Run("ip", "-br link show");
            Assert.DoesNotContain("pl8", links, StringComparison.Ordinal);
            Assert.DoesNotContain("pl9", links, StringComparison.Ordinal);
            Assert.Contains("pl7", links, StringComparison.Ordinal);
            Assert.Equal(new KernelContents(HasTable: false, LabInstances: 0), Scene.TearDown());
        }
        finally
        {
            scene.Host.Run("ip", "link del pl7");
            scene.Host.Run("ip", "netns del pl-foreign");
            scene.Host.Nft("delete table inet foreign");
        }
    }
}
