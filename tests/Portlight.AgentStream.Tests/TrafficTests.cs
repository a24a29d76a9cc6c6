using System.Net;
using Microsoft.Extensions.Time.Testing;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Wire;
using Portlight.Domain;

namespace Portlight.AgentStream.Tests;

/// <summary>What a machine remembers of what came in, over the stream.</summary>
public sealed class TrafficTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_comes_as_the_machine_has_it()
    {
        var clock = new FakeTimeProvider(Noon);
        long?[] curve = [null, 0, 1, long.MaxValue - 1, .. Enumerable.Repeat((long?)null, 92)];
        var machine = new TrialAgent(clock)
        {
            Traffic = (indexes, withCurves) => new TrafficHistory(
                true, Noon,
                [.. indexes.Select(index => new AgentProtocol.InstanceTraffic(index, withCurves ? [.. curve] : [],
                [
                    new(NetworkProtocol.Tcp, 22, new IPAddress([198, 51, 100, 7]), Noon.AddDays(-30), Noon, withCurves ? [.. curve] : []),
                    new(NetworkProtocol.All, 65_535, IPAddress.IPv6Loopback, Noon, null, []),
                ]))],
                indexes.Count),
        };
        using var kept = Pair.Keep(machine, clock);
        await using var pair = await Pair.ConnectAsync(kept, clock);

        var told = await pair.Server.ReadTrafficAsync([1, 2], withCurves: true, Cancellation);

        Assert.Equal(Text(machine.Traffic([1, 2], true)), Text(told));
        Assert.Empty((await pair.Server.ReadTrafficAsync([1], withCurves: false, Cancellation)).Instances[0].Refused);
    }

    private static string Text(TrafficHistory told) => $"{told.AreCounted} {told.LastQuarter:O} {told.Reached}\n" + string.Join('\n', told.Instances.Select(instance =>
        $"{instance.Index} {string.Join(',', instance.Refused)} {string.Join(' ', instance.Parts.Select(part => $"{part.Protocol} {part.Port} {part.Source} {part.Since:O} {part.UsedAt:O} {string.Join(',', part.LetIn)}"))}"));

    [Fact]
    public async Task An_older_agent_is_said_to_be_older()
    {
        var clock = new FakeTimeProvider();
        var older = new Server.RemoteAgent(
            "old", new FromAgent { Hello = new Hello { Version = Kinds.Version, Release = "0.1.0", Status = Reports.Write(new TrialAgent(clock).Status) } }, (_, _) => Task.CompletedTask, Pair.Options, clock);

        Assert.Contains("does not know `traffic`: upgrade it", (await Assert.ThrowsAnyAsync<AgentException>(() => older.ReadTrafficAsync([1], true, Cancellation))).Message, StringComparison.Ordinal);
    }
}
