namespace Portlight.Testing;

/// <summary>A timer of a <see cref="TestClock"/>: it knows when it is due by that clock, and has the source's timer look for it.</summary>
internal sealed class TestTimer : ITimer
{
    /// <summary>A source's timer goes no further than 49 days; one that is due later looks again.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    private readonly TestClock _clock;
    private readonly ITimer _look;
    private readonly Action _callback;
    private readonly Lock _gate = new();
    private TimeSpan _period = Timeout.InfiniteTimeSpan;
    private TimeSpan _waits;
    private long? _since;
    private bool _isDisposed;

    public TestTimer(TestClock clock, TimeProvider source, Action callback)
    {
        _clock = clock;
        _callback = callback;
        _look = source.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return false;
            }

            _period = period > TimeSpan.Zero ? period : Timeout.InfiniteTimeSpan;
            Wait(dueTime);
        }

        Rearm();
        return true;
    }

    /// <summary>Has the source's timer look when this one is due, which is at once when the clock has passed that.</summary>
    public void Rearm()
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                var rest = Rest();
                _look.Change(rest is null ? Timeout.InfiniteTimeSpan : rest < TimeSpan.Zero ? TimeSpan.Zero : rest > Longest ? Longest : rest.Value, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }

        _look.Dispose();
        _clock.Forget(this);
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }

        _clock.Forget(this);
        return _look.DisposeAsync();
    }

    private void Wait(TimeSpan dueTime)
    {
        _since = dueTime == Timeout.InfiniteTimeSpan ? null : _clock.GetTimestamp();
        _waits = dueTime;
    }

    private TimeSpan? Rest() => _since is { } since ? _waits - _clock.GetElapsedTime(since) : null;

    private void Look()
    {
        bool isDue;
        lock (_gate)
        {
            isDue = !_isDisposed && Rest() <= TimeSpan.Zero;
            if (isDue)
            {
                Wait(_period);
            }
        }

        Rearm();
        if (isDue)
        {
            _callback();
        }
    }
}
