namespace Portlight.Storage;

/// <summary>
/// Writes that have lost their places because another store of the same database was faster, and are being prepared again. While its writer waits for them it has the database to itself, so they get new
/// places that nobody takes away. Why: docs/decisions/0144-writes-that-come-too-late-are-waited-for.md.
/// </summary>
internal sealed class LateWrites
{
    private readonly object _gate = new();
    private int _count;

    /// <summary>One has lost its place; called before it is told.</summary>
    public void Enter()
    {
        lock (_gate)
        {
            _count++;
        }
    }

    /// <summary>One that was told is prepared again, or is given up.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (--_count == 0)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Writer only: waits until all are prepared again, for <paramref name="limit"/> at most.</summary>
    public void Wait(TimeSpan limit)
    {
        lock (_gate)
        {
            var began = System.Diagnostics.Stopwatch.GetTimestamp();
            while (_count > 0 && limit - System.Diagnostics.Stopwatch.GetElapsedTime(began) is { Ticks: > 0 } left)
            {
                Monitor.Wait(_gate, left);
            }
        }
    }
}
