namespace Portlight.Testing;

/// <summary>
/// A clock that goes on by itself and that the test moves ahead: timers that become due are called at once. Everything of the server follows it: what signatures and tokens are checked
/// against, changes that are reverted unless they are confirmed, the times that are shown. Give it to the code under test too, where that takes a <see cref="TimeProvider"/>.
/// </summary>
public sealed class TestClock : TimeProvider
{
    private readonly TimeProvider _source;
    private readonly Lock _gate = new();
    private readonly HashSet<TestTimer> _timers = [];
    private long _ahead;

    /// <summary>A clock that shows the real time until it is moved.</summary>
    public TestClock()
        : this(System)
    {
    }

    /// <summary>A clock that is ahead of another one: of one that stands still, as <c>FakeTimeProvider</c>, it stands still too.</summary>
    public TestClock(TimeProvider source) => _source = source;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => _source.LocalTimeZone;

    /// <inheritdoc/>
    public override long TimestampFrequency => _source.TimestampFrequency;

    private TimeSpan Ahead => new(Volatile.Read(ref _ahead));

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _source.GetUtcNow() + Ahead;

    /// <inheritdoc/>
    public override long GetTimestamp() => _source.GetTimestamp() + (long)(Ahead.TotalSeconds * TimestampFrequency);

    /// <summary>Moves it ahead. Timers that are due then have been called, or are being called on other threads, when it returns.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It would go back.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        Interlocked.Add(ref _ahead, by.Ticks);
        TestTimer[] timers;
        lock (_gate)
        {
            timers = [.. _timers];
        }

        foreach (var timer in timers)
        {
            timer.Rearm();
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new TestTimer(this, _source, () => callback(state));
        lock (_gate)
        {
            _timers.Add(timer);
        }

        timer.Change(dueTime, period);
        return timer;
    }

    internal void Forget(TestTimer timer)
    {
        lock (_gate)
        {
            _timers.Remove(timer);
        }
    }
}
