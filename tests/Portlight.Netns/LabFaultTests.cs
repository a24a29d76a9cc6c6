using System.Diagnostics;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.TestKit;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>What goes wrong in one lab instance, by root inside or on the host, and what all others have of it: nothing.</summary>
public sealed class LabFaultTests
{
    /// <summary>One command a line, as root inside the instance would give it; what begins with <c>host:</c> is done on the host.</summary>
    public static TheoryData<string> NastyThings =>
    [
        "sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1",
        "ip link set eth0 mtu 1000",
        "ip link set eth0 mtu 68",
        "ip link set eth0 down\nip link set eth0 name other0\nip link set other0 up",
        "ip link set eth0 down",
        "ip addr flush dev eth0",
        "ip route flush table main",
        "ip link del eth0",
        "ip link set eth0 down\nip link set eth0 name gone0\nip link add eth0 type bridge",
        "ip netns add nested\nip link set eth0 netns nested",
        "ip link set lo down",
        "nft add table ip t\nnft add chain ip t c { type filter hook input priority 0; policy drop; }",
        "sysctl -qw net.ipv4.conf.all.disable_policy=1\nip rule add from all lookup 77 priority 1",
        "host: ip netns del pl-web-8",
        "host: ip link set pl8 down",
        "host: ip link del pl8",
    ];

    [Theory]
    [MemberData(nameof(NastyThings))]
    public void Root_inside_one_instance_cannot_hurt_another(string commands)
    {
        using var scene = new Scene();
        scene.Put(Scene.Lab(8, Ports.Of("80/tcp")));
        var other = scene.Put(Scene.Lab(9, Ports.Of("80/tcp; 53/udp")));
        var inside = scene.Inside(other);
        using var echo = new Echo(scene.Client, inside, "203.0.113.9", 80);
        var probe = scene.Probe(scene.FromClient, other, inside);
        Do(scene, commands);

        FlushAndAwaitRepair(scene);
        AssertFiltered(probe);
        Assert.Contains(new AgentReport.Applied(9, other.Revision), scene.Synchronise());
        AssertFiltered(probe);
        Assert.True(echo.Answers());

        other = scene.Put(other with { Ports = Ports.Of("80/tcp; 54/udp") });
        scene.RestartAgent(synchronise: false);
        Assert.Contains(new AgentReport.Applied(9, other.Revision), scene.Synchronise());
        Assert.True(echo.Answers());
        if (commands.Contains("nested", StringComparison.Ordinal))
        {
            scene.Host.Run("ip", "netns del nested");
        }
    }

    [Theory]
    [InlineData("addr flush dev eth0 scope global", "addr show dev eth0", "203.0.113.9")]
    [InlineData("route flush table main", "route show", "default via 169.254.1.1")]
    public void What_root_inside_does_to_its_own_addresses_and_ways_out_is_repaired_by_and_by(string command, string look, string wanted)
    {
        using var scene = new Scene();
        var inside = scene.Inside(scene.Put(Scene.Lab(9, Ports.Of("80/tcp"))));
        inside.Run("ip", command);
        Until.True(() => inside.Run("ip", look).Contains(wanted, StringComparison.Ordinal), "the repair");
    }

    [Fact]
    public void Thousands_of_addresses_inside_one_instance_are_not_read_and_are_its_own_report()
    {
        using var scene = new Scene();
        var full = scene.Put(Scene.Lab(8, Ports.Of("80/tcp")));
        scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        scene.Inside(full).Run("ip", "-batch -", string.Join('\n', Enumerable.Range(0, 3000).Select(i => $"addr add 10.9.{i / 250}.{i % 250}/32 dev eth0")));

        // What is inside is looked at by and by; what was found is in the next report.
        Until.True(() => Problem(8) is not null, "a look inside");
        Assert.Contains("more than 64 addresses", Problem(8), StringComparison.Ordinal);
        Assert.Null(Problem(9));

        string? Problem(long index) => scene.Synchronise().OfType<AgentReport.Applied>().Single(report => report.Index == index).Problem;
    }

    [Fact]
    public async Task Where_ipv6_is_switched_off_everything_that_stands_goes_on_with_ipv4_and_repairs_when_it_is_back()
    {
        using var scene = new Scene();
        var standing = scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        var inside = scene.Inside(standing);
        using var echo = new Echo(scene.Client, inside, "203.0.113.9", 80);
        var device = Device(scene, "pl9");
        scene.Host.Run("sysctl", "-qw net.ipv6.conf.default.disable_ipv6=1 net.ipv6.conf.pl9.disable_ipv6=1");
        try
        {
            var report = Assert.IsType<AgentReport.Applied>(Assert.Single(scene.Synchronise()));
            Assert.Contains("IPv6 is off for the link `pl9`", report.Problem, StringComparison.Ordinal);
            Assert.Equal(device, Device(scene, "pl9"));
            Assert.True(echo.Answers());

            // A change of ports is in force, whatever else is wrong; a new instance is made without IPv6.
            var changed = standing with { Ports = Ports.Of("80/tcp; 81/tcp"), Revision = 100 };
            var made = Scene.Lab(8, Ports.Of("80/tcp")) with { Revision = 101 };
            var reports = await scene.Agent.ApplyAsync([changed, made], [], TestContext.Current.CancellationToken);
            Assert.All(reports, one => Assert.Contains("IPv6 is off", Assert.IsType<AgentReport.Applied>(one).Problem, StringComparison.Ordinal));
            using var second = new Echo(scene.Client, scene.Inside(made), "203.0.113.8", 80);
            Assert.True(second.Answers());
        }
        finally
        {
            scene.Host.Run("sysctl", "-qw net.ipv6.conf.default.disable_ipv6=0 net.ipv6.conf.pl9.disable_ipv6=0");
        }

        Assert.Equal(new AgentReport.Applied(9, standing.Revision), Assert.Single(scene.Synchronise()));
        using var wide = new Echo(scene.Client, inside, "2001:db8:a::9", 80);
        Assert.True(wide.Answers());
    }

    [Theory]
    [InlineData("link set pl9 down")]
    [InlineData("link set pl9 down\nlink set pl9 name renamed9")]
    [InlineData("route del 203.0.113.9")]
    [InlineData("route replace 203.0.113.9 dev client0")]
    [InlineData("addr del 169.254.1.1/32 dev pl9")]
    [InlineData("link del pl9")]
    public void What_others_do_to_a_lab_link_is_repaired_at_once(string commands)
    {
        using var scene = new Scene();
        scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        scene.Host.Run("ip", "-batch -", commands);
        Until.True(() => scene.Agent.Status.DriftRepairs > 0, "the agent to notice it");
        Until.True(() => scene.Host.Run("ip", "route show 203.0.113.9").Contains("dev pl9", StringComparison.Ordinal), "the route to the instance");
        using var inside = NetworkNode.Named("pl-web-9");
        using var echo = new Echo(scene.Client, inside, "203.0.113.9", 80);
        Assert.True(echo.Answers());
    }

    [Theory]
    [InlineData("ip", "netns del pl-web-9")]
    [InlineData("umount", "/run/netns/pl-web-9")]
    public void The_name_of_a_namespace_that_somebody_removes_is_back_at_once_though_processes_keep_the_namespace(string program, string arguments)
    {
        using var scene = new Scene();
        scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        var other = scene.Put(Scene.Lab(8, Ports.Of("80/tcp")));
        using var untouched = new Echo(scene.Client, scene.Inside(other), "203.0.113.8", 80);
        // A thread of ours keeps the namespace, so its link stays and tells nothing.
        using (NetworkNode.Named("pl-web-9"))
        {
            scene.Host.Run(program, arguments);
            Until.True(() => scene.Agent.Status.DriftRepairs > 0, "the agent to notice it");
        }

        using var inside = NetworkNode.Named("pl-web-9");
        using var echo = new Echo(scene.Client, inside, "203.0.113.9", 80);
        Assert.True(echo.Answers());
        Assert.True(untouched.Answers());
        Assert.Equal(1, scene.Agent.Status.DriftRepairs);
    }

    [Fact]
    public async Task Many_instances_go_in_one_breath_and_what_is_left_of_them_is_nothing()
    {
        using var scene = new Scene();
        var staying = scene.Put(Scene.Lab(200, Ports.Of("80/tcp")));
        using var echo = new Echo(scene.Client, scene.Inside(staying), "203.0.113.200", 80);
        var many = Enumerable.Range(1, 70).Select(index => Scene.Lab(index, Ports.Of("80/tcp")) with { Revision = index }).ToList();
        Assert.All(await scene.Agent.ApplyAsync(many, [], TestContext.Current.CancellationToken), report => Assert.IsType<AgentReport.Applied>(report));

        // One was renamed, one has lost its link, one its name, and somebody's own link is in a group, too.
        scene.Host.Run("ip", "-batch -", "link set pl1 down\nlink set pl1 name renamed1\nlink del pl2\nnetns del pl-web-3\nlink add own0 type bridge\nlink set own0 group 7");
        Assert.Empty(await scene.Agent.ApplyAsync([], [.. many.Select(instance => instance.Index)], TestContext.Current.CancellationToken));

        Assert.Equal("pl-web-200", string.Join(' ', Directory.GetFiles("/run/netns", "pl-*").Select(Path.GetFileName)));
        var links = scene.Host.Run("ip", "-o link show");
        Assert.Equal(1, links.Split('\n').Count(line => line.Contains("portlight:", StringComparison.Ordinal)));
        Assert.Contains("own0", links, StringComparison.Ordinal);
        Assert.True(echo.Answers());
        scene.Host.Run("ip", "link del own0");
    }

    [Fact]
    public async Task An_interface_that_one_instance_leaves_may_be_taken_by_another_in_the_same_batch()
    {
        using var scene = new Scene();
        var inside = scene.Network.AddMachine("vm", "vc0", "203.0.113.50");
        var first = scene.Put(Attached(1, "vc0", "80/tcp"));
        DesiredInstance[] batch = [first with { Attachment = new Attachment.Interface("vc1", [], []), Revision = 50 }, Attached(2, "vc0", "81/tcp") with { Revision = 51 }];
        var reports = await scene.Agent.ApplyAsync(batch, [], TestContext.Current.CancellationToken);
        Assert.All(reports, report => Assert.IsType<AgentReport.Applied>(report));
        var probe = new PacketProbe(scene.FromClient, scene.Own(PacketCapture.Arriving(inside)), scene.Replies(scene.FromClient, inside, TestNetwork.Address("203.0.113.50")));
        Assert.Equal([false, true], probe.Verdicts([.. new[] { "80/tcp from 198.51.100.1", "81/tcp from 198.51.100.1" }.Select(PacketTrial.Read).Select(packet => packet with { Destination = TestNetwork.Address("203.0.113.50") })]));

        var refused = await scene.Agent.ApplyAsync([Attached(3, "vc0", "1/tcp")], [], TestContext.Current.CancellationToken);
        Assert.Contains("attached to another instance", Assert.IsType<AgentReport.Rejected>(Assert.Single(refused)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_one_instance_leaves_may_be_taken_by_another_in_the_same_batch()
    {
        using var scene = new Scene();
        scene.Put(Scene.Lab(8, Ports.Of("80/tcp"), name: "pl-web"));
        var next = Scene.Lab(9, Ports.Of("80/tcp"), name: "pl-web") with { Revision = 60 };
        var report = Assert.Single(await scene.Agent.ApplyAsync([next], [8], TestContext.Current.CancellationToken));
        Assert.Equal(new AgentReport.Applied(9, 60), report);
        using var echo = new Echo(scene.Client, scene.Inside(next), "203.0.113.9", 80);
        Assert.True(echo.Answers());
    }

    [Fact]
    public void A_file_that_a_killed_deletion_left_behind_is_removed()
    {
        using var scene = new Scene();
        scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        File.WriteAllText("/run/netns/pl-gone", "");
        scene.RestartAgent();
        Assert.False(File.Exists("/run/netns/pl-gone"));
        Assert.True(File.Exists("/run/netns/pl-web-9"));
    }

    [Fact]
    public void The_table_is_repaired_when_the_process_can_open_nothing_more()
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, Ports.Of("80/tcp")));
        var probe = scene.Probe(scene.FromClient, instance, scene.Inside(instance));
        using var flush = scene.Host.Do(() => Process.Start(new ProcessStartInfo("sh", ["-c", "read go; exec nft flush ruleset"]) { RedirectStandardInput = true }))!;
        var hogs = new List<FileStream>();
        var before = scene.Agent.Status.DriftRepairs;
        var limit = Command.Run("prlimit", $"--pid {Environment.ProcessId} --nofile --output SOFT --noheadings").Trim();
        // Some more than there are: other tests have left some open until they are collected.
        Command.Run("prlimit", $"--pid {Environment.ProcessId} --nofile={Directory.GetFileSystemEntries("/proc/self/fd").Max(path => int.Parse(Path.GetFileName(path))) + 100}:");
        try
        {
            Exhaust(hogs);
            flush.StandardInput.WriteLine();
            flush.StandardInput.Flush();
            Until.True(() => scene.Agent.Status.DriftRepairs > before, "the repair of the table");
        }
        finally
        {
            hogs.ForEach(hog => hog.Dispose());
            Command.Run("prlimit", $"--pid {Environment.ProcessId} --nofile={limit}:");
        }

        Assert.Equal([true, false], probe.Verdicts([.. new[] { "80/tcp from 198.51.100.1", "81/tcp from 198.51.100.1" }.Select(PacketTrial.Read).Select(packet => packet with { Destination = Scene.PublicIpv4(9) })]));
    }

    private static void Exhaust(List<FileStream> hogs)
    {
        try
        {
            while (hogs.Count < 10_000)
            {
                hogs.Add(File.OpenRead("/proc/self/status"));
            }
        }
        catch (IOException)
        {
            return;
        }

        Assert.Fail("the limit of descriptors was not reached");
    }

    private static DesiredInstance Attached(long index, string link, string ports) => Scene.Lab(index, Ports.Of(ports)) with
    {
        Attachment = new Attachment.Interface(link, [], []),
        NamespaceName = null,
        PublicAddresses = [],
        PrivateAddress = null,
    };

    private static void Do(Scene scene, string commands)
    {
        using var inside = NetworkNode.Named("pl-web-8");
        foreach (var command in commands.Split('\n'))
        {
            var isHost = command.StartsWith("host: ", StringComparison.Ordinal);
            var words = (isHost ? command[6..] : command).Split(' ', 2);
            (isHost ? scene.Host : inside).Run(words[0], words[1]);
        }
    }

    private static void FlushAndAwaitRepair(Scene scene)
    {
        var before = scene.Agent.Status.DriftRepairs;
        scene.Host.Nft("flush ruleset");
        Until.True(() => scene.Agent.Status.DriftRepairs > before && scene.Host.Run("nft", "-nn list ruleset").Contains(". 53", StringComparison.Ordinal), "the repair of the table");
    }

    private static void AssertFiltered(PacketProbe probe) => Assert.Equal(
        [true, false],
        probe.Verdicts([.. new[] { "53/udp from 198.51.100.1", "99/udp from 198.51.100.1" }.Select(PacketTrial.Read).Select(packet => packet with { Destination = Scene.PublicIpv4(9) })]));

    private static string Device(Scene scene, string link) => scene.Host.Run("ip", $"-o link show dev {link}").Split(':')[0];
}
