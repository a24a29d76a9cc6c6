using System.Net.Sockets;
using Portlight.AgentListener;
using Portlight.Domain;

namespace Portlight.AgentHost.Tests;

/// <summary>Who gets the next place for a handshake.</summary>
public sealed class HandshakePlacesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sources_get_their_turns_one_after_the_other_however_many_connections_each_waits_with()
    {
        var places = new HandshakePlaces(new HandshakeLimits { AtATime = 2, OfOneSource = 2, ForKnownSources = 0 });
        Assert.True(await Enter(places, "192.0.2.1") && await Enter(places, "192.0.2.1"));
        var many = Enumerable.Range(0, 20).Select(_ => Enter(places, "192.0.2.1")).ToList();
        var one = Enter(places, "192.0.2.2");
        places.Leave(Source("192.0.2.1"));
        Assert.True(await one);
        Assert.DoesNotContain(many, waiting => waiting.IsCompleted);
        places.Leave(Source("192.0.2.2"));
        Assert.True(await many[0]);
    }

    [Fact]
    public async Task Places_for_sources_that_were_here_go_to_nobody_else_and_they_come_first()
    {
        var places = new HandshakePlaces(new HandshakeLimits { AtATime = 3, OfOneSource = 2, ForKnownSources = 1 });
        Assert.True(await Enter(places, "192.0.2.1") && await Enter(places, "192.0.2.2"));
        var stranger = Enter(places, "192.0.2.3");
        Assert.False(stranger.IsCompleted);
        places.Know(Source("198.51.100.7"));
        Assert.True(await Enter(places, "198.51.100.7"));
        var again = Enter(places, "198.51.100.7");
        Assert.False(again.IsCompleted);
        places.Leave(Source("192.0.2.1"));
        Assert.True(await again);
        Assert.False(stranger.IsCompleted);
    }

    [Fact]
    public async Task One_that_gives_up_costs_no_place()
    {
        var places = new HandshakePlaces(new HandshakeLimits { AtATime = 1, OfOneSource = 1, ForKnownSources = 0 });
        Assert.True(await Enter(places, "192.0.2.1"));
        Assert.False(await places.EnterAsync(Source("192.0.2.2"), TimeSpan.Zero, Cancellation));
        using var gone = new CancellationTokenSource();
        var waiting = places.EnterAsync(Source("192.0.2.3"), Timeout.InfiniteTimeSpan, gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        var last = Enter(places, "192.0.2.4");
        places.Leave(Source("192.0.2.1"));
        Assert.True(await last);
    }

    [Fact]
    public void However_many_wait_there_is_room_for_another_source()
    {
        var places = new HandshakePlaces(new HandshakeLimits { WaitingOfOneSource = 1_000, Connections = 4_000 });
        var waiting = new Dictionary<int, int>();
        for (var turn = 0; turn < 50_000; turn++)
        {
            var source = turn % 50;
            if (places.TryWait(Source($"192.0.2.{source}")))
            {
                waiting[source] = waiting.GetValueOrDefault(source) + 1;
            }
        }

        Assert.All(waiting.Values, count => Assert.InRange(count, 30, 45));
        Assert.True(places.TryWait(Source("198.51.100.7")));
    }

    private static Task<bool> Enter(HandshakePlaces places, string address) => places.EnterAsync(Source(address), Timeout.InfiniteTimeSpan, Cancellation);

    private static Cidr Source(string address)
    {
        Assert.True(Cidr.TryParse(address + "/32", AddressFamily.InterNetwork, out var block, out var problem), problem);
        return block;
    }
}
