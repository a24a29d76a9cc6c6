namespace Portlight.Storage.Sqlite;

/// <summary>Why <see cref="CommitQueue.Wait"/> returned.</summary>
internal enum Wake
{
    Work,
    Nudge,
    Flush,
    Idle,
    Closed,
}

/// <summary>
/// What waits for the writer, in order; <see cref="Admission"/> bounds it. A channel would do, but the writer is a thread of its own, which has to wait with a time
/// limit and not on a pool thread.
/// </summary>
internal sealed class CommitQueue
{
    private readonly object gate = new();
    private readonly Queue<Work> waiting = [];
    private bool nudged;
    private bool flushing;
    private bool asleep;
    private bool closed;

    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public void Add(Work work)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(closed, typeof(SqliteStore));
            waiting.Enqueue(work);
            Monitor.Pulse(gate);
        }
    }

    public bool TryTake([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out Work work)
    {
        lock (gate)
        {
            return waiting.TryDequeue(out work);
        }
    }

    /// <summary>Blocks the writer until there is something to do, or for <paramref name="limit"/>; null waits for ever.</summary>
    public Wake Wait(TimeSpan? limit)
    {
        lock (gate)
        {
            asleep = limit is null;
            while (waiting.Count == 0)
            {
                if (closed)
                {
                    return Wake.Closed;
                }

                if (flushing)
                {
                    return Wake.Flush;
                }

                if (nudged)
                {
                    nudged = false;
                    return Wake.Nudge;
                }

                if (!Monitor.Wait(gate, limit ?? Timeout.InfiniteTimeSpan))
                {
                    return Wake.Idle;
                }
            }

            asleep = false;
            return Wake.Work;
        }
    }

    /// <summary>Wakes a writer that waits for ever; one that waits with a limit wakes by itself.</summary>
    public void Nudge()
    {
        lock (gate)
        {
            nudged = true;
            if (asleep)
            {
                Monitor.Pulse(gate);
            }
        }
    }

    /// <summary>Asks the writer for a commit, alone or with what waits.</summary>
    public void Flush()
    {
        lock (gate)
        {
            flushing = true;
            Monitor.Pulse(gate);
        }
    }

    /// <summary>Whether a commit has been asked for since the last call.</summary>
    public bool TakeFlush()
    {
        lock (gate)
        {
            (var asked, flushing) = (flushing, false);
            return asked;
        }
    }

    /// <summary>Takes nothing more; what waits is still to be done.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
            Monitor.Pulse(gate);
        }
    }
}
