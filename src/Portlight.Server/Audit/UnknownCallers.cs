namespace Portlight.Server.Audit;

/// <summary>
/// How many events of strangers are recorded: calls whose signature does not hold cost their sender nothing, and must not be able to fill the disk. What is left
/// out is counted.
/// </summary>
internal sealed class UnknownCallers(TimeProvider clock)
{
    public const int PerSecond = 10;

    private readonly Lock gate = new();
    private double tokens = PerSecond;
    private long filled = clock.GetTimestamp();
    private long untold;
    private long total;

    /// <summary>All that were ever left out.</summary>
    public long Total => Interlocked.Read(ref total);

    /// <summary>Whether one more may be recorded now.</summary>
    public bool TryTake()
    {
        var now = clock.GetTimestamp();
        lock (gate)
        {
            tokens = Math.Min(PerSecond, tokens + (clock.GetElapsedTime(filled, now).TotalSeconds * PerSecond));
            filled = now;
            if (tokens >= 1)
            {
                tokens--;
                return true;
            }
        }

        Interlocked.Increment(ref untold);
        Interlocked.Increment(ref total);
        return false;
    }

    /// <summary>How many were left out since this was last asked.</summary>
    public long TakeUntold() => Interlocked.Read(ref untold) == 0 ? 0 : Interlocked.Exchange(ref untold, 0);

    /// <summary>What was taken has not been told.</summary>
    public void PutBack(long count) => Interlocked.Add(ref untold, count);
}
