using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>
/// The one writer of a mirror, and of what this server writes: a thread that locks the end of the log, takes over what others have written, writes what waits to the
/// database and then to the mirror. It has no seam with <see cref="GroupCommit"/>: that one's disk is here a database that several write to.
/// </summary>
internal sealed class MirrorWriter : IAsyncDisposable
{
    /// <summary>How long nothing has to happen before numbers are written for their own sake; sooner after a failure, because until a write has succeeded the server says that it is not well.</summary>
    private static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(1), TryAgainAfter = TimeSpan.FromMilliseconds(100);

    private readonly Connection _connection;
    private readonly MirrorFollower _follower;
    private readonly PostgresLog _log;
    private readonly Batch _batch;
    private readonly AuditInbox _inbox;
    private readonly AuditTail _audit;
    private readonly BatchItems _written;
    private readonly CommitQueue _queue = new();
    private readonly CommitOrder _order;
    private readonly List<Work> _taken = new(GroupCommit.MaxWork);
    private readonly Thread _thread;
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WriterState _state = new();
    private readonly Checkpointer _checkpointer;
    private bool _isAppended;

    public MirrorWriter(MirrorFile mirror, PostgresLog log, MirrorMemory memory, CommitOrder order, TimeProvider time)
    {
        (_connection, _log, _order) = (mirror.Connection, log, order);
        _inbox = new AuditInbox(time, _queue.Flush);
        _checkpointer = new Checkpointer(mirror.Path, _queue.Flush);
        _audit = new AuditTail(mirror.Connection.Audit.FindEnd(), _inbox, memory.Recent, new PackedLines());
        Observers = new CommitObservers(_audit.CommittedSequence);
        _batch = new Batch(mirror.Connection, memory.Caches, memory.Applied, _audit, memory.Late, memory.Operations, order);
        _written = new BatchItems(mirror.Connection, memory.Applied, mirror.Newer);
        _follower = new MirrorFollower(mirror, log, memory, order, _batch, _audit, _queue, Tell);
        _follower.Follow();
        _thread = new Thread(Loop) { Name = "portlight store writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The observers that it tells of what has become durable, here or elsewhere.</summary>
    public CommitObservers Observers { get; }

    public long CommittedRevision => _batch.CommittedRevision;

    /// <summary>Whether it goes on.</summary>
    public WriterState State => _state;

    /// <summary>Events that were taken and are not durable, now that the writer has ended.</summary>
    public int LostEvents { get; private set; }

    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public void Add(Work work) => _queue.Add(work);

    public ValueTask RecordAsync(AuditEvent recorded, bool untilDurable)
    {
        recorded.RequireForm();
        return _inbox.AddAsync(recorded, untilDurable);
    }

    public void Nudge() => _queue.Nudge();
    public void SendNumbers() => _queue.Numbers();

    /// <summary>Up to where the mirror is, or was a moment ago.</summary>
    public LogEnd End => _follower.End;

    /// <summary>See <see cref="MirrorFollower.ReachAsync"/>.</summary>
    public Task ReachAsync(LogEnd end, LogEnd known) => _follower.ReachAsync(end, known);

    /// <summary>Does what waits, and ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _inbox.Close(new ObjectDisposedException(nameof(PostgresStore)), andForget: false);
        _order.Close();
        _queue.Close();
        await _finished.Task.ConfigureAwait(false);
        _checkpointer.Dispose();
        _inbox.Dispose();
        _written.Dispose();
    }

    private void Loop()
    {
        TimeSpan? limit = IdleAfter;
        while (true)
        {
            switch (_queue.Wait(limit))
            {
                case Wake.Work:
                    Run(hasWork: true);
                    limit = _state.LastFailure is null ? IdleAfter : TryAgainAfter;
                    break;
                case Wake.Nudge:
                    limit = IdleAfter;
                    break;
                case Wake.Flush:
                    Run(hasWork: _audit.HasWaiting);
                    break;
                case Wake.Follow:
                    Follow();
                    break;
                case Wake.Numbers:
                    StoreNumbers();
                    break;
                case Wake.Idle:
                    StoreNumbers();
                    _checkpointer.WhenIdle(_connection.Database);
                    limit = _state.LastFailure is null || _state.StoppedBecause is not null ? null : TryAgainAfter;
                    break;
                default:
                    StoreNumbers();
                    CommitAuditToTheEnd();
                    _follower.Close(new StoreException("the store is closed"));
                    _finished.SetResult();
                    return;
            }
        }
    }

    /// <summary>One batch. Without work: a checkpoint may be due.</summary>
    private StoreException? Run(bool hasWork)
    {
        StoreException? failure = null;
        if (_state.StoppedBecause is { } stopped)
        {
            _queue.TakeFlush();
            _taken.AddRange(_queue.TakeAllBut(static _ => false));
            failure = stopped;
        }
        else if (hasWork)
        {
            failure = Attempt(() =>
            {
                _follower.Lock();
                TakeWork();
                var commits = _batch.Commits;
                Complete(commits, _batch.Commit(_queue.TakeFlush(), Append));
            });
        }

        Answer(failure);
        if (failure is null)
        {
            // Nobody waits for it but who comes next.
            failure = Attempt(() => _checkpointer.AfterCommit(_connection.Database));
        }

        return failure;
    }

    private void TakeWork()
    {
        while (_taken.Count < GroupCommit.MaxWork && _queue.TryTake(out var work))
        {
            _taken.Add(work);
            _written.Run(work, _batch);
        }
    }

    /// <summary>Writes the batch to the database; the mirror has it too, and has not committed.</summary>
    private void Append()
    {
        _follower.Append(_written, _audit.Written, _batch.CommittedRevision);
        _isAppended = true;
    }

    private void Complete(long commitsBefore, IReadOnlyList<InstanceChange> changes)
    {
        if (_batch.Commits == commitsBefore)
        {
            _log.Unlock(); // nobody had anything to write
        }
        else
        {
            _state.LastFailure = null;
            _follower.Appended(changes);
        }

        Forget();
    }

    private void Forget()
    {
        _written.Clear();
        _isAppended = false;
    }

    private void Follow()
    {
        if (_state.StoppedBecause is { } stopped)
        {
            _follower.Fail(stopped);
        }
        else if (Attempt(_follower.Follow) is null)
        {
            _follower.EndDoubts();
        }
    }

    /// <summary>What fails is undone, and all that waits is told, because it may rest on it; null when it does not fail.</summary>
    private StoreException? Attempt(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception thrown)
        {
            var failure = Undo(thrown);
            Answer(failure);
            return failure;
        }
    }

    private StoreException Undo(Exception cause)
    {
        // What the database has and the mirror has not is taken over as another's is; its callers cannot be told that it is there.
        var failure = cause as StoreException is { } known && !_isAppended
            ? known
            : new StoreException($"the changes could not be written: {cause.Message}", cause) { IsOutcomeUnknown = _isAppended };
        _log.Unlock();
        _state.LastFailure = failure.IsOutdated ? _state.LastFailure : failure;
        Forget();
        _order.Undo(_batch.CommittedRevision, TakeAll);
        try
        {
            _batch.Undo(failure);
        }
        catch (StoreException rollback)
        {
            Stop(new StoreException("the store has stopped because a failed commit could not be undone; start portlight again", rollback));
        }

        if (cause is OtherHistoryException)
        {
            Stop(new StoreException($"the store has stopped: {cause.Message}; it has to begin anew", cause) { HasOtherHistory = true });
        }

        _follower.Fail(failure);
        return failure;
    }

    private IEnumerable<Plan> TakeAll()
    {
        _taken.AddRange(_queue.TakeAllBut(static _ => false));
        return _taken.OfType<PlannedWrite>().Select(write => write.Plan).OfType<Plan>();
    }

    private void Answer(StoreException? failure)
    {
        _taken.ForEach(failure is null ? work => work.Succeed() : work => work.Fail(failure));
        _taken.Clear();
    }

    private void Tell(IReadOnlyList<InstanceChange> changes, IReadOnlyCollection<string> hosts)
    {
        if (Observers.Tell(changes, hosts, _audit.CommittedSequence) is { } failed)
        {
            Stop(failed);
        }
    }

    private void Stop(StoreException why) => _inbox.Close(_state.Stop(why), andForget: true);

    /// <summary>At the end: what waits, and what waits for room meanwhile. What cannot be written now is lost, and is counted.</summary>
    private void CommitAuditToTheEnd()
    {
        while (_audit.HasWaiting)
        {
            _queue.Flush();
            if (Run(hasWork: true) is { } failure)
            {
                _inbox.Close(failure, andForget: true);
                LostEvents = _audit.CountWaiting();
                return;
            }
        }
    }

    private void StoreNumbers()
    {
        if (_state.StoppedBecause is not null || (!_batch.HasNumbersToStore && !_follower.HasNumbersToSend && _state.LastFailure is null))
        {
            return;
        }

        Attempt(() =>
        {
            _follower.Lock();
            var commits = _batch.Commits;
            _batch.CommitNumbers(Append);
            Complete(commits, []);
        });
    }
}
