using System.Net;
using Microsoft.Extensions.Time.Testing;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Wire;
using Portlight.Domain;
using Portlight.TestKit.Network;

namespace Portlight.AgentStream.Tests;

/// <summary>A machine's present connections over the stream.</summary>
public sealed class ConnectionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_come_as_the_machine_has_them()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
        AgentProtocol.TrackedConnection[] connections =
        [
            new(NetworkProtocol.Tcp, new IPEndPoint(new IPAddress([198, 51, 100, 7]), 50_000), 22) { Bytes = 0, StartedAt = clock.GetUtcNow() },
            new(NetworkProtocol.Udp, new IPEndPoint(IPAddress.IPv6Loopback, 65_535), 53),
        ];
        var machine = new TrialAgent(clock) { Tracked = new TrackedConnections([.. connections], 7) };
        using var kept = Pair.Keep(machine, clock);
        await using var pair = await Pair.ConnectAsync(kept, clock);

        var told = await pair.Server.ListConnectionsAsync(1, 10, Cancellation);

        Assert.Equal(7, told.Total);
        Assert.Equal(connections, told.Some);
        Assert.Single((await pair.Server.ListConnectionsAsync(1, 1, Cancellation)).Some);
    }

    [Fact]
    public async Task A_machine_that_fails_in_whatever_way_is_said_to_at_once()
    {
        var clock = new FakeTimeProvider();
        using var kept = Pair.Keep(new TrialAgent(clock) { Facts = null! }, clock);
        await using var pair = await Pair.ConnectAsync(kept, clock);

        await Assert.ThrowsAsync<AgentException>(() => pair.Server.InspectAsync(new Attachment.ThisHost([], []), Cancellation).WaitAsync(Deadline.Span, Cancellation));
    }

    [Fact]
    public async Task An_older_agent_is_said_to_be_older()
    {
        var clock = new FakeTimeProvider();
        var older = new Server.RemoteAgent(
            "old", new FromAgent { Hello = new Hello { Version = Kinds.Version, Release = "0.1.0", Status = Reports.Write(new TrialAgent(clock).Status) } }, (_, _) => Task.CompletedTask, Pair.Options, clock);

        Assert.Contains("does not know `connections`: upgrade it", (await Assert.ThrowsAnyAsync<AgentException>(() => older.ListConnectionsAsync(1, 10, Cancellation))).Message, StringComparison.Ordinal);
    }
}
