using Portlight.AgentProtocol;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>Lab instances from their making to their end, and what a new agent finds of them.</summary>
public sealed class LabLifecycleTests
{
    [Fact]
    public void Stop_takes_the_link_down_and_start_brings_everything_back()
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        var inside = scene.Inside(instance);

        scene.Put(instance with { IsRunning = false });
        Assert.Contains("state DOWN", scene.Host.Run("ip", "link show dev pl9"), StringComparison.Ordinal);
        Assert.DoesNotContain("pl9", scene.Host.Run("ip", "route show") + scene.Host.Run("ip", "-6 route show"), StringComparison.Ordinal);

        scene.Put(instance);
        using var ipv4 = new Echo(scene.Client, inside, "203.0.113.9", 80);
        using var ipv6 = new Echo(scene.Client, inside, "2001:db8:a::9", 80);
        Assert.True(ipv4.Answers() && ipv6.Answers());
    }

    [Fact]
    public void Another_public_address_leaves_connections_on_the_other_addresses_alive()
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        var inside = scene.Inside(instance);
        using var kept = new Echo(scene.Client, inside, "2001:db8:a::9", 80);
        using var lost = new Echo(scene.Client, inside, "203.0.113.9", 80);

        scene.Put(instance with { PublicAddresses = [TestNetwork.Address("203.0.113.99"), Scene.PublicIpv6(9)] });

        Assert.True(kept.Answers());
        using var moved = new Echo(scene.Client, inside, "203.0.113.99", 80);
        Assert.True(moved.Answers());
        var addresses = inside.Run("ip", "-br addr show dev eth0");
        Assert.DoesNotContain("203.0.113.9/", addresses, StringComparison.Ordinal);
        Assert.DoesNotContain("203.0.113.9 ", scene.Host.Run("ip", "route show"), StringComparison.Ordinal);
    }

    [Fact]
    public void One_family_can_go_and_come_back()
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        var inside = scene.Inside(instance);
        scene.Put(instance with { PublicAddresses = [Scene.PublicIpv4(9)] });
        Assert.DoesNotContain("2001:db8:a::9", inside.Run("ip", "-br addr show dev eth0") + scene.Host.Run("ip", "-6 route show"), StringComparison.Ordinal);

        scene.Put(instance);
        using var ipv6 = new Echo(scene.Client, inside, "2001:db8:a::9", 80);
        Assert.True(ipv6.Answers());
    }

    [Fact]
    public void Delete_removes_namespace_link_and_rules()
    {
        using var scene = new Scene();
        scene.Put(Scene.Lab(9, Ports.Of("80/tcp; 1-2/udp")));
        scene.Remove(9);
        AssertNothingOf(scene, 9);
        Assert.DoesNotContain("pl9", scene.Host.Run("nft", "list table inet portlight"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_agent_removes_what_was_deleted_meanwhile_and_touches_nothing_else()
    {
        using var scene = new Scene();
        var kept = scene.Put(Scene.Lab(8, Ports.Of("80/tcp")));
        scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        using var echo = new Echo(scene.Client, scene.Inside(kept), "203.0.113.8", 80);
        var link = scene.Host.Run("ip", "-o link show dev pl8");

        scene.Forget(9);
        scene.RestartAgent();

        AssertNothingOf(scene, 9);
        Assert.Equal(link, scene.Host.Run("ip", "-o link show dev pl8"));
        Assert.True(echo.Answers());
    }

    [Fact]
    public void A_new_agent_takes_up_changes_that_were_made_meanwhile()
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        var inside = scene.Inside(instance);
        scene.Host.Run("ip", "link set pl9 down");
        inside.Run("ip", "addr del 203.0.113.9/32 dev eth0");
        scene.RestartAgent();
        using var echo = new Echo(scene.Client, inside, "203.0.113.9", 80);
        Assert.True(echo.Answers());
    }

    [Fact]
    public void A_namespace_that_was_taken_away_is_made_again()
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        scene.Host.Run("ip", "netns del pl-web-9");
        Assert.IsType<AgentReport.Applied>(Assert.Single(scene.Synchronise()));
        using var echo = new Echo(scene.Client, scene.Inside(instance), "203.0.113.9", 80);
        Assert.True(echo.Answers());
    }

    [Fact]
    public void A_namespace_of_that_name_that_is_not_ours_is_refused_and_left_alone()
    {
        using var scene = new Scene();
        scene.Host.Run("ip", "netns add pl-web-9");
        try
        {
            var refused = scene.PutRefused(Scene.Lab(9, Ports.Of("80/tcp")));
            Assert.Contains("`pl-web-9` exists that is not Portlight's", refused.Reason, StringComparison.Ordinal);
            Assert.Null(refused.Standing);
            Assert.DoesNotContain("pl9", scene.Host.Run("ip", "link show") + scene.Host.Run("nft", "list table inet portlight"), StringComparison.Ordinal);
            scene.Put(Scene.Lab(8, Ports.Of("80/tcp")));
        }
        finally
        {
            scene.Host.Run("ip", "netns del pl-web-9");
        }
    }

    [Fact]
    public void A_link_of_that_name_that_is_not_ours_is_refused_and_left_alone()
    {
        using var scene = new Scene();
        scene.Host.Run("ip", "link add pl9 type veth peer name foreign9");
        try
        {
            Assert.Contains("`pl9` exists that is not Portlight's", scene.PutRefused(Scene.Lab(9, Ports.Of("80/tcp"))).Reason, StringComparison.Ordinal);
            Assert.DoesNotContain("pl-web-9", scene.Host.Run("ip", "netns list"), StringComparison.Ordinal);
            Assert.DoesNotContain("alias", scene.Host.Run("ip", "link show dev pl9"), StringComparison.Ordinal);
        }
        finally
        {
            scene.Host.Run("ip", "link del pl9");
        }
    }

    [Fact]
    public async Task One_bad_instance_among_several_costs_no_other()
    {
        using var scene = new Scene();
        DesiredInstance[] batch = [Scene.Lab(7, Ports.Of("80/tcp")), Scene.Lab(8, Ports.Of("80/tcp"), name: "not/a/name"), Scene.Lab(9, Ports.Of("80/tcp"))];
        var reports = await scene.Agent.ApplyAsync(batch, [], TestContext.Current.CancellationToken);
        Assert.Equal([8L], reports.OfType<AgentReport.Rejected>().Select(report => report.Index));
        using var seven = new Echo(scene.Client, scene.Inside(batch[0]), "203.0.113.7", 80);
        using var nine = new Echo(scene.Client, scene.Inside(batch[2]), "203.0.113.9", 80);
        Assert.True(seven.Answers() && nine.Answers());
    }

    private static void AssertNothingOf(Scene scene, long index)
    {
        Assert.DoesNotContain($"pl{index}", scene.Host.Run("ip", "link show"), StringComparison.Ordinal);
        Assert.DoesNotContain($"pl-web-{index}", scene.Host.Run("ip", "netns list"), StringComparison.Ordinal);
        Assert.False(File.Exists($"/run/netns/pl-web-{index}"));
    }
}
