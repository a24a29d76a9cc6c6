using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>What the kernel counts of packets that it lets in.</summary>
public sealed class CountedTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Place.LabForwarded)]
    [InlineData(Place.LabFromHost)]
    [InlineData(Place.InterfaceForwarded)]
    [InlineData(Place.InterfaceFromHost)]
    [InlineData(Place.Bridged)]
    [InlineData(Place.BridgedForwarded)]
    [InlineData(Place.BridgedFromHost)]
    [InlineData(Place.ThisHost)]
    public async Task Every_packet_that_is_let_in_is_counted_where_it_is_open_and_goes_on_through_changes_of_other_ports(Place place)
    {
        using var scene = new Scene();
        scene.Options = scene.Options with { CountsPackets = true };
        scene.RestartAgent();
        var trial = new PacketTrial(scene, place);
        const string Open = "22/tcp; 53/udp from 198.51.100.0/24, 2001:db8:5::/64; 8000-8100/tcp; 8:-1/icmp; 128:0/icmpv6; 80/tcp from ::/0";
        string[] texts =
        [
            "22/tcp from 198.51.100.1", "22/tcp from 2001:db8:5::1", "22/tcp from 203.0.113.200", "53/udp from 198.51.100.1", "53/udp from 203.0.113.200", "8000/tcp from 198.51.100.1", "8100/tcp from 198.51.100.1",
            "8:0/icmp from 198.51.100.1", "128:0/icmpv6 from 2001:db8:5::1", "80/tcp from 2001:db8:5::1", "81/tcp from 198.51.100.1",
        ];
        Packet[] packets = [.. texts.Select(PacketTrial.Read)];
        bool[] passes = [true, true, true, true, false, true, true, true, true, true, false];

        Assert.Equal(passes, trial.Verdicts(Ports.Of(Open), packets));
        var once = await CountAsync(scene);
        Assert.Equal([("icmp 2048", 1), ("icmpv6 32768", 1), ("tcp 22", 3), ("tcp 80", 1), ("tcp 8000", 2), ("udp 53", 1)], once);

        // Another rule comes and goes; these stay as they are.
        trial.Put(Ports.Of(Open + "; 9000/udp"));
        Assert.Equal(passes, trial.Verdicts(Ports.Of(Open), packets));
        Assert.All(scene.Synchronise(), report => Assert.IsType<AgentReport.Applied>(report));
        scene.RestartAgent();
        Assert.Equal(0, scene.Agent.Status.DriftRepairs);
        Assert.Equal(once.Select(one => (one.Item1, one.Item2 * 2)), await CountAsync(scene));
        Assert.True((await scene.Agent.CountPortsAsync(9, Cancellation)).RefusedPackets >= 2 * passes.Count(passed => !passed));
    }

    [Fact]
    public async Task Where_nothing_is_counted_that_is_said_and_an_agent_that_is_started_so_begins_and_ends_it()
    {
        using var scene = new Scene();
        var trial = new PacketTrial(scene, Place.LabForwarded);
        var packet = PacketTrial.Read("22/tcp from 198.51.100.1");
        Assert.Equal([true], trial.Verdicts(Ports.Of("22/tcp"), [packet]));
        var plain = await scene.Agent.CountPortsAsync(9, Cancellation);
        Assert.Equal((false, 0), (plain.AreCounted, plain.LetIn.Length));
        Assert.DoesNotContain("tcp . 22 counter", scene.Host.Run("nft", "list table inet portlight"), StringComparison.Ordinal);

        scene.Options = scene.Options with { CountsPackets = true };
        scene.RestartAgent();
        Assert.Equal([true], trial.Verdicts(Ports.Of("22/tcp"), [packet]));
        Assert.Equal([("tcp 22", 1)], await CountAsync(scene));

        scene.Options = scene.Options with { CountsPackets = false };
        scene.RestartAgent();
        Assert.Equal([true], trial.Verdicts(Ports.Of("22/tcp"), [packet]));
        Assert.False((await scene.Agent.CountPortsAsync(9, Cancellation)).AreCounted);
    }

    [Fact]
    public async Task What_came_in_and_what_was_refused_is_remembered_through_a_restart()
    {
        using var scene = new Scene();
        var directory = Directory.CreateTempSubdirectory("portlight-traffic-");
        scene.Options = scene.Options with { CountsPackets = true, TrafficFile = Path.Combine(directory.FullName, "traffic") };
        scene.RestartAgent();
        // The first look: what is counted from here on is more.
        Assert.Empty((await scene.Agent.ReadTrafficAsync([9], withCurves: true, Cancellation)).Instances);
        var trial = new PacketTrial(scene, Place.LabForwarded);
        var (open, closed) = (PacketTrial.Read("22/tcp from 198.51.100.1"), PacketTrial.Read("23/tcp from 198.51.100.1"));
        var began = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        Assert.Equal([true, true, false], trial.Verdicts(Ports.Of("22/tcp; 443/tcp"), [open, open, closed]));

        var told = await scene.Agent.ReadTrafficAsync([9], withCurves: true, Cancellation);
        Assert.True(told.AreCounted);
        var ssh = Part(told, 22);
        Assert.Equal((2, null, 0), (ssh.LetIn.Sum(), Part(told, 443).UsedAt, Part(told, 443).LetIn.Sum()));
        Assert.True(ssh.UsedAt >= began && ssh.Since >= began, $"{began:O} {ssh}");
        // Neighbours of the lab may be refused something, too.
        var refused = told.Instances[0].Refused.Sum();
        Assert.True(refused >= 1, $"{refused}");
        // Nobody looked yesterday.
        Assert.Null(told.Instances[0].Refused[0]);

        scene.RestartAgent();
        Assert.Equal([true], trial.Verdicts(Ports.Of("22/tcp; 443/tcp"), [open]));
        var again = await scene.Agent.ReadTrafficAsync([9], withCurves: true, Cancellation);
        Assert.Equal((3, ssh.Since.ToUnixTimeMilliseconds()), (Part(again, 22).LetIn.Sum(), Part(again, 22).Since.ToUnixTimeMilliseconds()));
        Assert.Empty((await scene.Agent.ReadTrafficAsync([9], withCurves: false, Cancellation)).Instances[0].Refused);
        directory.Delete(recursive: true);

        static PartTraffic Part(TrafficHistory told, int port) => Assert.Single(told.Instances[0].Parts, part => part.Port == port && part.Source.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork);
    }

    [Fact]
    public void What_the_verbs_say_is_what_became_of_the_packets()
    {
        using var served = new Served();
        using var network = new TestNetwork();
        using var sender = new PacketSender(network.AddMachine("client", Scene.ClientLink, Scene.ClientIpv4));
        using var delivered = PacketCapture.Delivered(network.Host, Packet.Tcp);
        served.Start("data", "--count-packets", "on");
        served.Run("data", "attach", "me", "--this-host", "--open", "22", "--yes");
        var to = PacketTrial.Read("22/tcp from 203.0.113.7") with { Destination = TestNetwork.Address("10.255.1.1") };

        // The last one passes, and tells when the others had their time.
        var marks = sender.Send(to with { Port = 23 }, to with { Port = 23 }, to with { Source = TestNetwork.Address("203.0.113.8"), Port = 5432 }, to);
        Assert.True(delivered.Await(marks[^1], Deadline.Span));

        var refused = served.Run("data", "refusals", "me").Split('\n', StringSplitOptions.TrimEntries);
        Assert.Contains(refused, line => line.StartsWith("203.0.113.7", StringComparison.Ordinal) && Words(line) is [_, "23/tcp", "2", ..]);
        Assert.Contains(refused, line => line.StartsWith("203.0.113.8", StringComparison.Ordinal) && Words(line) is [_, "5432/tcp", "1", ..]);
        Assert.DoesNotContain("203.0.113.8", served.Run("data", "refusals", "me", "--port", "23"), StringComparison.Ordinal);
        var all = served.Run("data", "refusals", "--port", "5432").Split('\n', StringSplitOptions.TrimEntries);
        Assert.Contains(all, line => Words(line) is ["5432/tcp", "1", "1", "1"]);
        Assert.Contains(all, line => Words(line) is ["203.0.113.8", "5432/tcp", "1", "me", _]);
        Assert.Contains("1 of 1, at 1 instance", all);
        Assert.Contains("\"sourceAddress\": \"203.0.113.8\"", served.Run("data", "refusals", "--json"), StringComparison.Ordinal);
        var counted = served.Run("data", "counters", "me").Split('\n', StringSplitOptions.TrimEntries);
        Assert.Contains(counted, line => Words(line) is ["22/tcp" or "22", "1", _]);
        Assert.Contains(counted, line => Words(line) is ["refused", _, _]);
        Assert.Contains("\"packets\": 1", served.Run("data", "counters", "me", "--json"), StringComparison.Ordinal);
        // Where the first look was taken, after the packets or before them, is the server's business: what is told is what was counted, or that nobody did.
        var day = served.Run("data", "counters", "me", "--day").Split('\n', StringSplitOptions.TrimEntries);
        Assert.Contains(day, line => Words(line) is ["22/tcp" or "22", { Length: 24 }, "1" or "-", ..]);
        Assert.Contains("\"stepSeconds\": 900", served.Run("data", "counters", "me", "--day", "--json"), StringComparison.Ordinal);
        var unused = served.Run("data", "exposure", "--unused", "30d");
        Assert.Contains("no rule is known to have let in nothing for 30 days", unused, StringComparison.Ordinal);
        Assert.Contains("\"countedTooShortly\":", served.Run("data", "exposure", "--unused", "30d", "--json"), StringComparison.Ordinal);

        static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<List<(string, long)>> CountAsync(Scene scene)
    {
        var counts = await scene.Agent.CountPortsAsync(9, Cancellation);
        Assert.True(counts.AreCounted);
        return [.. counts.LetIn.Where(one => one.Packets > 0).GroupBy(one => $"{one.Protocol.ToWire()} {one.Port}").Select(port => (port.Key, port.Sum(one => one.Packets))).OrderBy(port => port.Key, StringComparer.Ordinal)];
    }
}
