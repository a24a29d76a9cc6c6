namespace Portlight.Storage.Postgres;

/// <summary>Those who wait until a mirror has reached a position, and up to where it is, for any thread.</summary>
internal sealed class MirrorWaits(LogEnd end)
{
    private readonly Lock _gate = new();
    private readonly List<(long Position, TaskCompletionSource Reached)> _waiting = [];
    private LogEnd _end = end;
    private StoreException? _closed;

    /// <summary>Up to where the mirror is, or was a moment ago.</summary>
    public LogEnd End
    {
        get
        {
            lock (_gate)
            {
                return _end;
            }
        }
    }

    public Task ReachAsync(long position)
    {
        lock (_gate)
        {
            return _end.Position >= position ? Task.CompletedTask : AddAsync(position);
        }
    }

    /// <summary>Waits for the end of a look at the log that is to tell whether it still has what the mirror has: such a wait only ever fails.</summary>
    public Task DoubtAsync()
    {
        lock (_gate)
        {
            return AddAsync(long.MaxValue);
        }
    }

    public void Reached(LogEnd end)
    {
        lock (_gate)
        {
            _end = end;
            _waiting.RemoveAll(wait => wait.Position <= end.Position && wait.Reached.TrySetResult());
        }
    }

    /// <summary>The log has what the mirror has: the one that had doubted is asked to look again.</summary>
    public void EndDoubts(StoreException why) => Fail(why, wait => wait == long.MaxValue);

    public void Fail(StoreException why) => Fail(why, static _ => true);

    /// <summary>Nothing more is reached: fails what waits, and what would wait from now on.</summary>
    public void Close(StoreException why)
    {
        lock (_gate)
        {
            _closed = why;
            Fail(why);
        }
    }

    private void Fail(StoreException why, Func<long, bool> isMeant)
    {
        lock (_gate)
        {
            _waiting.RemoveAll(wait => isMeant(wait.Position) && wait.Reached.TrySetException(why));
        }
    }

    private Task AddAsync(long position)
    {
        if (_closed is { } why)
        {
            return Task.FromException(why);
        }

        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add((position, reached));
        return reached.Task;
    }
}
