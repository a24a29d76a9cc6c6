namespace Portlight.Server.Audit;

/// <summary>What may be used of something over time: so much at once, refilled evenly. May be overdrawn by its last user. Safe for several threads.</summary>
internal sealed class TokenBucket(double full, double perSecond, TimeProvider clock)
{
    private readonly Lock gate = new();
    private readonly long began = clock.GetTimestamp();
    private double used;
    private double usedAt;

    /// <summary>Whether at least one token is there.</summary>
    public bool HasAny
    {
        get
        {
            lock (gate)
            {
                return full - Used_NeedsLock() >= 1;
            }
        }
    }

    /// <summary>Whether nothing of it is used.</summary>
    public bool IsFull
    {
        get
        {
            lock (gate)
            {
                return Used_NeedsLock() == 0;
            }
        }
    }

    public void Take(double cost)
    {
        lock (gate)
        {
            used = Used_NeedsLock() + cost;
        }
    }

    private double Used_NeedsLock()
    {
        var now = clock.GetElapsedTime(began).TotalSeconds;
        used = Math.Max(0, used - ((now - usedAt) * perSecond));
        usedAt = now;
        return used;
    }
}
