using Microsoft.Extensions.Time.Testing;

namespace Portlight.AgentHost.Tests;

/// <summary>How long an agent waits between its attempts to reach a server.</summary>
public sealed class ReconnectWaitTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Agents_that_lose_their_server_together_come_back_spread_over_a_second()
    {
        var waits = Enumerable.Range(0, 1000).Select(_ => new ReconnectWait(Longest, _clock).Next(servers: 1, wasTaken: false)).ToList();

        Assert.All(waits, wait => Assert.InRange(wait, TimeSpan.FromMilliseconds(1), Second));
        // In each tenth of it about a hundred; fewer than 30 come once in 10^12 runs.
        Assert.All(Enumerable.Range(0, 10), tenth => Assert.InRange(waits.Count(wait => (int)(wait / Second * 10) == tenth), 30, 200));
    }

    [Fact]
    public void Each_turn_in_which_every_server_was_tried_doubles_the_wait_up_to_the_longest()
    {
        var most = new TimeSpan[16];
        for (var agent = 0; agent < 300; agent++)
        {
            var wait = new ReconnectWait(Longest, _clock);
            for (var attempt = 0; attempt < most.Length; attempt++)
            {
                most[attempt] = TimeSpan.FromTicks(Math.Max(most[attempt].Ticks, wait.Next(servers: 2, wasTaken: false).Ticks));
            }
        }

        double[] bounds = [1, 1, 2, 2, 4, 4, 8, 8, 16, 16, 30, 30, 30, 30, 30, 30];
        Assert.All(most.Zip(bounds), one => Assert.InRange(one.First.TotalSeconds, one.Second * 0.9, one.Second));
    }

    [Fact]
    public void After_a_welcome_it_begins_anew_but_where_the_host_was_taken_away_soon_it_goes_on()
    {
        Assert.All(Enumerable.Range(0, 50), _ => Assert.InRange(After(stood: TimeSpan.Zero, wasTaken: false), TimeSpan.Zero, Second));
        Assert.All(Enumerable.Range(0, 50), _ => Assert.InRange(After(stood: Longest, wasTaken: true), TimeSpan.Zero, Second));
        Assert.InRange(Enumerable.Range(0, 50).Max(_ => After(stood: Longest - Second, wasTaken: true)), Longest / 2, Longest);
    }

    [Fact]
    public void Two_machines_with_one_key_take_the_host_from_each_other_less_and_less_often()
    {
        ReconnectWait[] machines = [new(Longest, _clock), new(Longest, _clock)];
        var began = _clock.GetTimestamp();
        var turns = 0;
        for (var has = 0; _clock.GetElapsedTime(began) < TimeSpan.FromHours(1); has = 1 - has, turns++)
        {
            // One connects, which ends the other's connection; that one waits, and comes back.
            machines[has].Welcomed();
            _clock.Advance(machines[1 - has].Next(servers: 1, wasTaken: true));
        }

        Assert.InRange(turns, 100, 600); // 7,200 with half a second each
    }

    /// <summary>The wait after ten attempts in vain, and a connection that stood so long.</summary>
    private TimeSpan After(TimeSpan stood, bool wasTaken)
    {
        var wait = new ReconnectWait(Longest, _clock);
        for (var i = 0; i < 10; i++)
        {
            wait.Next(servers: 1, wasTaken: false);
        }

        wait.Welcomed();
        _clock.Advance(stood);
        return wait.Next(servers: 1, wasTaken);
    }
}
