using System.Net;
using Microsoft.Extensions.Time.Testing;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Wire;
using Portlight.Domain;

namespace Portlight.AgentStream.Tests;

/// <summary>What a machine has counted of open ports, over the stream.</summary>
public sealed class PortCountTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_comes_as_the_machine_has_it()
    {
        var clock = new FakeTimeProvider();
        AgentProtocol.PortCount[] counts =
        [
            new(NetworkProtocol.Tcp, 22, new IPAddress([198, 51, 100, 7]), 3, 180),
            new(NetworkProtocol.All, 65_535, IPAddress.IPv6Loopback, 0, long.MaxValue),
            new(NetworkProtocol.Icmpv6, 0x8000, IPAddress.IPv6Any, 1, 1),
        ];
        var machine = new TrialAgent(clock) { Counts = new PortCounts(true, [.. counts], 12, 900) };
        using var kept = Pair.Keep(machine, clock);
        await using var pair = await Pair.ConnectAsync(kept, clock);

        var told = await pair.Server.CountPortsAsync(1, Cancellation);

        Assert.Equal((true, 12, 900), (told.AreCounted, told.RefusedPackets, told.RefusedBytes));
        Assert.Equal(counts, told.LetIn);
    }

    [Fact]
    public async Task An_older_agent_is_said_to_be_older()
    {
        var clock = new FakeTimeProvider();
        var older = new Server.RemoteAgent(
            "old", new FromAgent { Hello = new Hello { Version = Kinds.Version, Release = "0.1.0", Status = Reports.Write(new TrialAgent(clock).Status) } }, (_, _) => Task.CompletedTask, Pair.Options, clock);

        Assert.Contains("does not know `port-counts`: upgrade it", (await Assert.ThrowsAnyAsync<AgentException>(() => older.CountPortsAsync(1, Cancellation))).Message, StringComparison.Ordinal);
    }
}
