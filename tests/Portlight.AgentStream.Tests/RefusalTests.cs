using System.Net;
using Microsoft.Extensions.Time.Testing;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Wire;

namespace Portlight.AgentStream.Tests;

/// <summary>What a machine has refused, over the stream.</summary>
public sealed class RefusalTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_comes_as_the_machine_has_it()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
        AgentProtocol.RefusedSource[] sources =
        [
            new(new IPAddress([198, 51, 100, 7]), 6, 22, 3, 180, clock.GetUtcNow().AddMinutes(-9), clock.GetUtcNow()),
            new(IPAddress.IPv6Loopback, 255, 65_535, 0, long.MaxValue, clock.GetUtcNow(), clock.GetUtcNow()),
        ];
        var machine = new TrialAgent(clock) { Refused = new RefusedSources(12, 900, [.. sources], 7) };
        using var kept = Pair.Keep(machine, clock);
        await using var pair = await Pair.ConnectAsync(kept, clock);

        var told = await pair.Server.ListRefusalsAsync(1, 10, Cancellation);

        Assert.Equal((12, 900, 7), (told.Packets, told.Bytes, told.Total));
        Assert.Equal(sources, told.Some);
        Assert.Single((await pair.Server.ListRefusalsAsync(1, 1, Cancellation)).Some);
    }

    [Fact]
    public async Task Of_several_instances_it_comes_as_the_machine_has_it()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
        AgentProtocol.RefusedAt[] sources =
        [
            new(long.MaxValue, new(new IPAddress([198, 51, 100, 7]), 6, 22, 3, 180, clock.GetUtcNow().AddMinutes(-9), clock.GetUtcNow())),
            new(1, new(IPAddress.IPv6Loopback, 58, 0x8000, 1, 60, clock.GetUtcNow(), clock.GetUtcNow())),
        ];
        var machine = new TrialAgent(clock) { RefusedOfMany = new RefusedOfMany(2, [.. sources], 3) };
        using var kept = Pair.Keep(machine, clock);
        await using var pair = await Pair.ConnectAsync(kept, clock);

        var told = await pair.Server.ListRefusalsOfManyAsync([1, long.MaxValue, 5], 10, Cancellation);

        Assert.Equal((2, 3), (told.Instances, told.Total));
        Assert.Equal(sources, told.Some);
        Assert.Equal([1, long.MaxValue, 5], machine.AskedAbout);
        Assert.Single((await pair.Server.ListRefusalsOfManyAsync([1], 1, Cancellation)).Some);
    }

    [Fact]
    public async Task An_older_agent_is_said_to_be_older()
    {
        var clock = new FakeTimeProvider();
        var older = new Server.RemoteAgent(
            "old", new FromAgent { Hello = new Hello { Version = Kinds.Version, Release = "0.1.0", Status = Reports.Write(new TrialAgent(clock).Status) } }, (_, _) => Task.CompletedTask, Pair.Options, clock);

        Assert.Contains("does not know `refusals-of-many`: upgrade it", (await Assert.ThrowsAnyAsync<AgentException>(() => older.ListRefusalsOfManyAsync([1], 10, Cancellation))).Message, StringComparison.Ordinal);
        Assert.Contains("does not know `refusals`: upgrade it", (await Assert.ThrowsAnyAsync<AgentException>(() => older.ListRefusalsAsync(1, 10, Cancellation))).Message, StringComparison.Ordinal);
    }
}
