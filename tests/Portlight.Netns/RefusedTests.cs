using System.Diagnostics;
using System.Net;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.TestKit.Network;

namespace Portlight.Netns;

/// <summary>What the kernel notes of packets that it refuses.</summary>
public sealed class RefusedTests
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
    public async Task Refused_sources_are_told_with_what_they_were_for_and_stay_through_changes_and_a_restart(Place place)
    {
        using var scene = new Scene();
        var trial = new PacketTrial(scene, place);
        string[] texts = ["22/tcp from 198.51.100.1", "23/tcp from 198.51.100.1", "23/tcp from 198.51.100.1", "23/tcp from 198.51.100.1", "53/udp from 2001:db8:5::1", "8:0/icmp from 198.51.100.1", "128:0/icmpv6 from 2001:db8:5::1"];
        var before = TimeProvider.System.GetUtcNow();

        Assert.Equal([true, false, false, false, false, false, false], trial.Verdicts(Ports.Of("22/tcp"), [.. texts.Select(PacketTrial.Read)]));

        string[] expected = ["198.51.100.1 icmp 2048 1", "198.51.100.1 tcp 23 3", "2001:db8:5::1 icmpv6 32768 1", "2001:db8:5::1 udp 53 1"];
        var refused = await scene.Agent.ListRefusalsAsync(9, 100, Cancellation);
        Assert.Equal(expected, Texts(refused));
        Assert.True(refused.Packets >= 6 && refused.Bytes >= 6 * 20, $"{refused.Packets} packets of {refused.Bytes} bytes");
        // The kernel counts in ticks of a few milliseconds.
        Assert.All(Named(refused), one => Assert.True(one.FirstAt <= one.LastAt && one.FirstAt > before.AddSeconds(-1) && one.LastAt < TimeProvider.System.GetUtcNow().AddSeconds(1), $"{before:O} {one}"));

        trial.Put(Ports.Of("80/tcp; 9000-9100/udp from 192.0.2.0/24"));
        trial.Put(Ports.Of("22/tcp"));
        Assert.All(scene.Synchronise(), report => Assert.IsType<AgentReport.Applied>(report));
        scene.RestartAgent();
        Assert.Equal(0, scene.Agent.Status.DriftRepairs);
        Assert.Equal(expected, Texts(await scene.Agent.ListRefusalsAsync(9, 100, Cancellation)));
        Assert.Single((await scene.Agent.ListRefusalsAsync(9, 1, Cancellation)).Some);
    }

    [Fact]
    public async Task What_is_refused_again_is_counted_and_its_last_time_moves_on()
    {
        using var scene = new Scene();
        var trial = new PacketTrial(scene, Place.LabForwarded);
        var packet = PacketTrial.Read("23/tcp from 198.51.100.1");
        trial.Verdicts(PortSet.Empty, [packet]);
        var (first, firstLook) = await LookAsync();

        RefusedSource again;
        TimeSpan look;
        var tries = 1L;
        do
        {
            trial.Verdicts(PortSet.Empty, [packet]);
            tries++;
            (again, look) = await LookAsync();
            Assert.Equal(tries, again.Packets);
        }
        while (again.LastAt - again.FirstAt < TimeSpan.FromMilliseconds(100) && tries < 10_000);

        // The kernel says how long ago, in ticks of a few milliseconds; the look says before which of its own moments.
        Assert.True((again.FirstAt - first.FirstAt).Duration() < TimeSpan.FromMilliseconds(50) + firstLook + look, $"{first} {again}, seen in {firstLook} and {look}");
        Assert.True(again.LastAt - again.FirstAt >= TimeSpan.FromMilliseconds(100), $"{again} after {tries} packets");

        async Task<(RefusedSource Refused, TimeSpan Took)> LookAsync()
        {
            var began = Stopwatch.GetTimestamp();
            var refused = Assert.Single(Named(await scene.Agent.ListRefusalsAsync(9, 100, Cancellation)));
            return (refused, Stopwatch.GetElapsedTime(began));
        }
    }

    [Fact]
    public async Task A_flood_to_one_instance_takes_no_room_of_another_and_every_packet_of_it_is_counted()
    {
        using var scene = new Scene();
        var flooded = new PacketTrial(scene, Place.LabForwarded);
        var quiet = scene.Put(Scene.Lab(10, PortSet.Empty));
        var probe = scene.Probe(scene.FromClient, quiet, scene.Inside(quiet));
        var packet = PacketTrial.Read("23/tcp from 198.51.100.1");
        Packet[] flood = [.. Enumerable.Range(0, 3_000).Select(i => packet with { Source = new IPAddress([198, 18, (byte)(i >> 8), (byte)i]) })];
        foreach (var some in flood.Chunk(100))
        {
            Assert.DoesNotContain(true, flooded.Verdicts(PortSet.Empty, some));
        }

        Assert.False(probe.Passes(packet with { Destination = Scene.PublicIpv4(10) }));

        var noted = await scene.Agent.ListRefusalsAsync(9, 5_000, Cancellation);
        Assert.True(noted.Packets >= flood.Length, $"{noted.Packets} of {flood.Length} are counted");
        // 100 at once, and 25 a minute.
        Assert.InRange(noted.Total, 100, 350);
        Assert.Equal(["198.51.100.1 tcp 23 1"], Texts(await scene.Agent.ListRefusalsAsync(10, 100, Cancellation)));
    }

    [Fact]
    public async Task What_was_refused_at_several_instances_is_told_by_one_look()
    {
        using var scene = new Scene();
        var (first, second) = (scene.Put(Scene.Lab(9, PortSet.Empty)), scene.Put(Scene.Lab(10, PortSet.Empty)));
        var packet = PacketTrial.Read("23/tcp from 198.51.100.1");
        Assert.False(scene.Probe(scene.FromClient, first, scene.Inside(first)).Passes(packet with { Destination = Scene.PublicIpv4(9) }));
        Assert.False(scene.Probe(scene.FromClient, second, scene.Inside(second)).Passes(packet with { Destination = Scene.PublicIpv4(10), Port = 5432 }));

        var both = await scene.Agent.ListRefusalsOfManyAsync([9, 10, 11], 100, Cancellation);
        Assert.Equal(2, both.Instances);
        Assert.Equal(["10 5432 1", "9 23 1"], both.Some.Where(one => one.Refused.Source.Equals(packet.Source)).Select(one => $"{one.Index} {one.Refused.Port} {one.Refused.Packets}").Order(StringComparer.Ordinal));
        Assert.All((await scene.Agent.ListRefusalsOfManyAsync([10], 100, Cancellation)).Some, one => Assert.Equal(10, one.Index));
        Assert.Equal((0, 0), await scene.Agent.ListRefusalsOfManyAsync([11], 100, Cancellation) is var none ? (none.Instances, none.Total) : default);
    }

    [Fact]
    public async Task A_private_address_that_others_ask_for_is_noted_and_what_a_detached_place_refused_is_nobodys()
    {
        using var scene = new Scene();
        var instance = scene.Put(Scene.Lab(9, Ports.Of("0-65535/all")));
        var probe = scene.Probe(scene.FromClient, instance, scene.Inside(instance));
        Assert.False(probe.Passes(PacketTrial.Read("22/tcp from 198.51.100.1") with { Destination = Scene.Private(9) }));
        Assert.Equal(["198.51.100.1 tcp 22 1"], Texts(await scene.Agent.ListRefusalsAsync(9, 100, Cancellation)));

        scene.Remove(9);
        Assert.Contains("not", (await Assert.ThrowsAsync<AgentException>(() => scene.Agent.ListRefusalsAsync(9, 100, Cancellation))).Message, StringComparison.Ordinal);
    }

    // Neighbours and the test's own machines may be refused something, too.
    private static IEnumerable<RefusedSource> Named(RefusedSources refused) =>
        refused.Some.Where(one => one.Source.Equals(TestNetwork.Address("198.51.100.1")) || one.Source.Equals(TestNetwork.Address("2001:db8:5::1")));

    private static IEnumerable<string> Texts(RefusedSources refused) => Named(refused)
        .Select(one => $"{one.Source} {one.Protocol switch { Packet.Tcp => "tcp", Packet.Udp => "udp", Packet.Icmp => "icmp", Packet.Icmpv6 => "icmpv6", var other => $"{other}" }} {one.Port} {one.Packets}")
        .Order(StringComparer.Ordinal);
}
