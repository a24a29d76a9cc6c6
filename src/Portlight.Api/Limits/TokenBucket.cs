namespace Portlight.Api;

/// <summary>
/// What may be used of something over time: so much at once, refilled evenly. May be overdrawn by its last user. Safe for several threads. Why not the library's:
/// docs/decisions/0067-one-token-bucket.md.
/// </summary>
internal sealed class TokenBucket(double full, double perSecond, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly long _began = clock.GetTimestamp();
    private double _used;
    private double _usedAt;

    /// <summary>Whether at least one token is there.</summary>
    public bool HasAny => UntilAny == TimeSpan.Zero;

    /// <summary>How long it takes until a token is there, if nobody takes one meanwhile; zero when one is.</summary>
    public TimeSpan UntilAny
    {
        get
        {
            lock (_gate)
            {
                return full - Used_NeedsLock() is var left && left >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - left) / perSecond);
            }
        }
    }

    /// <summary>Whether nothing of it is used.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
            {
                return Used_NeedsLock() == 0;
            }
        }
    }

    /// <summary>Takes one if it is there.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            if (full - Used_NeedsLock() < 1)
            {
                return false;
            }

            _used++;
            return true;
        }
    }

    /// <summary>Takes so many, there or not.</summary>
    public void Take(double cost)
    {
        lock (_gate)
        {
            _used = Used_NeedsLock() + cost;
        }
    }

    private double Used_NeedsLock()
    {
        var now = clock.GetElapsedTime(_began).TotalSeconds;
        _used = Math.Max(0, _used - ((now - _usedAt) * perSecond));
        _usedAt = now;
        return _used;
    }
}
