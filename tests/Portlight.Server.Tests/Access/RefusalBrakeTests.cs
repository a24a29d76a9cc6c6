using System.Net;
using Microsoft.Extensions.Time.Testing;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Wire;

namespace Portlight.Server.Tests.Access;

/// <summary>Who guesses keys waits for each refusal; nobody else does.</summary>
public sealed class RefusalBrakeTests
{
    private static readonly IPAddress Someone = Address("192.0.2.7");

    private readonly FakeTimeProvider _clock = new();
    private readonly RefusalBrake _brake;

    public RefusalBrakeTests() => _brake = new RefusalBrake(TimeSpan.FromSeconds(4), _clock);

    [Fact]
    public void The_first_refusals_are_answered_at_once_and_then_each_waits_twice_as_long_up_to_the_bound()
    {
        Guess(RefusalBrake.Free);

        Assert.Equal([250, 500, 1000, 2000, 4000, 4000], Enumerable.Range(0, 6).Select(_ => WaitOf(Someone)));
    }

    [Fact]
    public void What_has_been_quiet_is_forgotten()
    {
        Guess(RefusalBrake.Free + 3);
        _clock.Advance(RefusalBrake.Quiet - TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1)); // the last one was answered a second after it came
        Assert.Equal(2000, WaitOf(Someone));
        _clock.Advance(RefusalBrake.Quiet);
        Assert.Equal(0, WaitOf(Someone));
    }

    [Fact]
    public void Another_source_is_not_slowed_and_the_addresses_of_a_64_are_one()
    {
        Guess(RefusalBrake.Free);
        Assert.Equal(0, WaitOf(Address("192.0.2.8")));
        Assert.Equal(250, WaitOf(Someone.MapToIPv6()));

        for (var i = 1; i <= RefusalBrake.Free; i++)
        {
            Assert.Equal(0, WaitOf(Address($"2001:db8::{i}")));
        }

        Assert.Equal(250, WaitOf(Address("2001:db8::ffff:ffff:ffff:1")));
        Assert.Equal(0, WaitOf(Address("2001:db8:0:1::1")));
    }

    [Fact]
    public async Task Beyond_so_many_that_wait_a_refusal_is_throttled_at_once()
    {
        Guess(RefusalBrake.Free);
        var waiting = Enumerable.Range(0, RefusalBrake.MaxWaitingOfSource).Select(_ => _brake.DelayAsync(Someone, CancellationToken.None)).ToList();

        var throttled = await Assert.ThrowsAsync<ThrottlingException>(() => _brake.DelayAsync(Someone, CancellationToken.None));
        Assert.Equal(TimeSpan.FromSeconds(4), throttled.RetryAfter);

        _clock.Advance(TimeSpan.FromSeconds(4));
        await Task.WhenAll(waiting);
        var next = _brake.DelayAsync(Someone, CancellationToken.None);
        Assert.False(next.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(4));
        await next;
    }

    [Fact]
    public async Task All_that_wait_together_are_bounded_too()
    {
        var waiting = new List<Task>();
        for (var source = 0; waiting.Count < RefusalBrake.MaxWaiting; source++)
        {
            var address = Address($"198.51.100.{source}");
            Guess(RefusalBrake.Free, address);
            waiting.AddRange(Enumerable.Range(0, RefusalBrake.MaxWaitingOfSource).Select(_ => _brake.DelayAsync(address, CancellationToken.None)));
        }

        Guess(RefusalBrake.Free);
        await Assert.ThrowsAsync<ThrottlingException>(() => _brake.DelayAsync(Someone, CancellationToken.None));
        _clock.Advance(TimeSpan.FromSeconds(4));
        await Task.WhenAll(waiting);
        Assert.Equal(500, WaitOf(Someone));
    }

    [Fact]
    public async Task A_caller_that_hangs_up_makes_room()
    {
        Guess(RefusalBrake.Free);
        using var hangUp = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, RefusalBrake.MaxWaitingOfSource).Select(_ => _brake.DelayAsync(Someone, hangUp.Token)).ToList();
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(waiting));

        Assert.Equal(4000, WaitOf(Someone));
    }

    [Fact]
    public void Memory_is_bounded_and_strangers_beyond_it_share_a_place()
    {
        for (var i = 0; i < RefusalBrake.MaxSources; i++)
        {
            Assert.Equal(0, WaitOf(Cidr.Create(System.Net.Sockets.AddressFamily.InterNetwork, (UInt128)(0x0A00_0000 + i), 32).ToAddress()));
        }

        for (var i = 1; i <= RefusalBrake.Free; i++)
        {
            Assert.Equal(0, WaitOf(Address($"203.0.113.{i}")));
        }

        Assert.Equal(250, WaitOf(Address("203.0.113.99")));
        Assert.Equal(RefusalBrake.MaxSources, _brake.SourceCount);

        _clock.Advance(RefusalBrake.Quiet);
        Assert.Equal(0, WaitOf(Address("203.0.113.99")));
        Assert.Equal(1, _brake.SourceCount);
    }

    [Fact]
    public void No_delay_at_all_where_the_settings_say_so()
    {
        var off = new RefusalBrake(TimeSpan.Zero, _clock);

        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(off.DelayAsync(Someone, CancellationToken.None).IsCompletedSuccessfully));
    }

    private static IPAddress Address(string text) => Cidr.TryParseAddress(text, out var address, out var problem) ? address : throw new ArgumentException(problem, nameof(text));

    /// <summary>Refusals that nobody waits for.</summary>
    private void Guess(int times, IPAddress? from = null)
    {
        for (var i = 0; i < times; i++)
        {
            WaitOf(from ?? Someone);
        }
    }

    /// <summary>How long one refusal waits, in milliseconds: the clock is moved until it is answered.</summary>
    private int WaitOf(IPAddress from)
    {
        var answered = _brake.DelayAsync(from, CancellationToken.None);
        var waited = 0;
        for (; !answered.IsCompleted; waited += 250)
        {
            Assert.True(waited < 60_000, "the refusal is never answered");
            _clock.Advance(TimeSpan.FromMilliseconds(250));
        }

        return waited;
    }
}
