namespace Portlight.Storage.Sqlite;

/// <summary>Why <see cref="CommitQueue.Wait"/> returned.</summary>
internal enum Wake
{
    Work,
    Nudge,
    Flush,
    Follow,
    Numbers,
    Idle,
    Closed,
}

/// <summary>
/// What waits for the writer, in order; <see cref="Admission"/> bounds it. A channel would do, but the writer is a thread of its own, which has to wait with a time
/// limit and not on a pool thread.
/// </summary>
internal sealed class CommitQueue
{
    private readonly object _gate = new();
    private readonly Queue<Work> _waiting = [];
    private bool _nudged;
    private bool _flushing;
    private bool _following;
    private bool _numbering;
    private bool _asleep;
    private bool _closed;

    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public void Add(Work work)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _waiting.Enqueue(work);
            Monitor.Pulse(_gate);
        }
    }

    public bool TryTake([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out Work work)
    {
        lock (_gate)
        {
            return _waiting.TryDequeue(out work);
        }
    }

    /// <summary>Blocks the writer until there is something to do, or for <paramref name="limit"/>; null for no limit.</summary>
    public Wake Wait(TimeSpan? limit)
    {
        lock (_gate)
        {
            _asleep = limit is null;
            while (_waiting.Count == 0)
            {
                if (_closed)
                {
                    return Wake.Closed;
                }

                if (_flushing)
                {
                    return Wake.Flush;
                }

                if (_following)
                {
                    _following = false;
                    return Wake.Follow;
                }

                if (_numbering)
                {
                    _numbering = false;
                    return Wake.Numbers;
                }

                if (_nudged)
                {
                    _nudged = false;
                    return Wake.Nudge;
                }

                if (!Monitor.Wait(_gate, limit ?? Timeout.InfiniteTimeSpan))
                {
                    return Wake.Idle;
                }
            }

            _asleep = false;
            return Wake.Work;
        }
    }

    /// <summary>Wakes a writer that waits without a limit; one that waits with a limit wakes by itself.</summary>
    public void Nudge()
    {
        lock (_gate)
        {
            _nudged = true;
            if (_asleep)
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    /// <summary>Asks the writer for a commit, alone or with what waits.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            _flushing = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Asks the writer to look what other stores of the same database have written.</summary>
    public void Follow()
    {
        lock (_gate)
        {
            _following = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Asks the writer to write numbers for their own sake, without waiting until nothing else happens.</summary>
    public void Numbers()
    {
        lock (_gate)
        {
            _numbering = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Keeps of what waits, in order, what is wanted; returns the rest.</summary>
    public List<Work> TakeAllBut(Predicate<Work> isKept)
    {
        lock (_gate)
        {
            var (kept, rest) = (new Queue<Work>(_waiting.Count), new List<Work>());
            while (_waiting.TryDequeue(out var work))
            {
                if (isKept(work))
                {
                    kept.Enqueue(work);
                }
                else
                {
                    rest.Add(work);
                }
            }

            foreach (var work in kept)
            {
                _waiting.Enqueue(work);
            }

            return rest;
        }
    }

    /// <summary>Whether a commit has been asked for since the last call.</summary>
    public bool TakeFlush()
    {
        lock (_gate)
        {
            (var asked, _flushing) = (_flushing, false);
            return asked;
        }
    }

    /// <summary>Takes nothing more; what waits is still to be done.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }
    }
}
