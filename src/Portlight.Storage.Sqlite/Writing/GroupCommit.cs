namespace Portlight.Storage.Sqlite;

/// <summary>
/// The one writer: a thread that takes what waits, at most <see cref="MaxWork"/>, and makes all of it durable with one flush of the disk. It never delays
/// a commit to fill a batch: while one batch is flushed the next one gathers. Why: docs/decisions/0010-group-commit.md.
/// </summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    public const int MaxWork = 128;

    private readonly Connection _connection;
    private readonly DatabaseFiles _files;
    private readonly Batch _batch;
    private readonly AuditInbox _inbox;
    private readonly AuditTail _audit;
    private readonly CommitQueue _queue = new();
    private readonly CommitOrder _order;
    private readonly List<Work> _taken = new(MaxWork);
    private readonly TimeSpan _idleAfter;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WriterState _state = new();
    private readonly Checkpointer _checkpointer;

    public GroupCommit(string path, Connection connection, DatabaseFiles files, RowCaches caches, AppliedWatermark applied, LatePorts late, LateOperations operations, RecentBlocks recent, CommitOrder order, TimeProvider time, TimeSpan idleAfter)
    {
        _connection = connection;
        _files = files;
        _order = order;
        _idleAfter = idleAfter;
        _inbox = new AuditInbox(time, _queue.Flush);
        _checkpointer = new Checkpointer(path, _queue.Flush);
        _audit = new AuditTail(connection.Audit.FindEnd(), _inbox, recent);
        Observers = new CommitObservers(_audit.CommittedSequence);
        _batch = new Batch(connection, caches, applied, _audit, late, operations, order);
        _thread = new Thread(Loop) { Name = "portlight store writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The observers that it tells of what has become durable.</summary>
    public CommitObservers Observers { get; }

    public long CommittedRevision => _batch.CommittedRevision;

    /// <summary>Batches that were made durable.</summary>
    public long Commits => _batch.Commits;

    /// <summary>Whether it goes on.</summary>
    public WriterState State => _state;

    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public void Add(Work work) => _queue.Add(work);

    /// <summary>Events that were taken and are not durable, now that the writer has ended.</summary>
    public int LostEvents { get; private set; }

    /// <summary>Takes an event that no write carries.</summary>
    public ValueTask RecordAsync(AuditEvent recorded, bool untilDurable)
    {
        recorded.RequireForm();
        return _inbox.AddAsync(recorded, untilDurable);
    }

    /// <summary>There is a new watermark to store when nothing else happens.</summary>
    public void Nudge() => _queue.Nudge();

    /// <summary>Does what waits, and ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _inbox.Close(new ObjectDisposedException(nameof(SqliteStore)), andForget: false);
        _order.Close();
        _queue.Close();
        await _finished.Task.ConfigureAwait(false);
        _checkpointer.Dispose();
        _inbox.Dispose();
    }

    private void Loop()
    {
        TimeSpan? limit = _idleAfter;
        while (true)
        {
            switch (_queue.Wait(limit))
            {
                case Wake.Work:
                    RunBatch();
                    limit = _idleAfter;
                    break;
                case Wake.Nudge:
                    limit = _idleAfter;
                    break;
                case Wake.Flush:
                    CommitAudit();
                    break;
                case Wake.Idle:
                    StoreNumbers();
                    _checkpointer.WhenIdle(_connection.Database);

                    // While the last commit has failed it is tried again, or nobody would know that there is room again before somebody wants to write.
                    limit = _state.LastFailure is null || _state.StoppedBecause is not null ? null : _idleAfter;
                    break;
                default:
                    StoreNumbers();
                    CommitAuditToTheEnd();
                    _finished.SetResult();
                    return;
            }
        }
    }

    private void RunBatch()
    {
        if (_state.StoppedBecause is not null)
        {
            // The writer does not write any more: every caller gets an answer.
            while (_queue.TryTake(out var work))
            {
                _taken.Add(work);
            }

            Answer(_state.StoppedBecause);
            return;
        }

        Answer(RunTaken() ?? Commit());
        CheckpointWhenDue();
    }

    private void Answer(StoreException? failure)
    {
        _taken.ForEach(failure is null ? work => work.Succeed() : work => work.Fail(failure));
        _taken.Clear();
    }

    private StoreException? RunTaken()
    {
        while (_taken.Count < MaxWork && _queue.TryTake(out var work))
        {
            _taken.Add(work);
            try
            {
                work.Run(_batch);
            }
            catch (Exception thrown)
            {
                return Undo(thrown);
            }
        }

        return null;
    }

    private StoreException? Commit()
    {
        IReadOnlyList<InstanceChange> changes;
        try
        {
            var before = _batch.Commits;
            changes = _batch.Commit(_queue.TakeFlush());
            if (_batch.Commits != before)
            {
                if (_files.FindProblem() is { } gone)
                {
                    throw gone;
                }

                _state.LastFailure = null;
            }
        }
        catch (Exception thrown)
        {
            // What is no failure of the store may have come after the commit.
            return Undo(thrown as StoreException ?? new StoreException($"the changes could not be written: {thrown.Message}", thrown) { IsOutcomeUnknown = true });
        }

        Tell(changes);
        return null;
    }

    private void Tell(IReadOnlyList<InstanceChange> changes)
    {
        if (Observers.Tell(changes, _batch.TakeHosts(), _audit.CommittedSequence) is { } failed)
        {
            // The batch is durable and its callers are told so; but somebody downstream has missed it, and nothing would ever tell it.
            Stop(failed);
        }
    }

    private StoreException Undo(Exception cause)
    {
        var failure = cause as StoreException ?? new StoreException($"the changes could not be written: {cause.Message}", cause);
        _state.LastFailure = failure;
        _order.Undo(_batch.CommittedRevision, TakeAll);
        try
        {
            _batch.Undo(failure);
        }
        catch (StoreException rollback)
        {
            Stop(new StoreException("the store has stopped because a failed commit could not be undone; start portlight again", rollback));
        }

        if (failure.IsSyncFailure || failure.IsOutcomeUnknown)
        {
            Stop(new StoreException($"the store has stopped: {failure.Message}", failure));
        }

        return failure;
    }

    /// <summary>What was undone, and what waits: it may rest on that. The caller answers all of it.</summary>
    private IEnumerable<Plan> TakeAll()
    {
        while (_queue.TryTake(out var work))
        {
            _taken.Add(work);
        }

        return _taken.OfType<PlannedWrite>().Select(write => write.Plan).OfType<Plan>();
    }

    /// <summary>After its callers were answered: nobody waits for it but who comes next.</summary>
    private void CheckpointWhenDue()
    {
        if (_state.StoppedBecause is not null)
        {
            return;
        }

        try
        {
            _checkpointer.AfterCommit(_connection.Database);
        }
        catch (StoreException failure)
        {
            // Without room the log goes on growing as long as it can, and the checkpoint is tried again later.
            if (!failure.IsDiskFull)
            {
                Stop(new StoreException($"the store has stopped because its log could not be copied into the database: {failure.Message}", failure));
            }
        }
    }

    private void Stop(StoreException why)
    {
        _inbox.Close(_state.Stop(why), andForget: true);
    }

    /// <summary>Commits for the sake of events that no write carries. When it fails, the inbox keeps them and asks again.</summary>
    private StoreException? CommitAudit()
    {
        if (_state.StoppedBecause is not null)
        {
            _queue.TakeFlush();
            return _state.StoppedBecause;
        }

        var failure = Commit();
        Answer(failure);
        CheckpointWhenDue();
        return failure;
    }

    /// <summary>At the end: what waits, and what waits for room meanwhile. What cannot be written now is lost, and is counted.</summary>
    private void CommitAuditToTheEnd()
    {
        while (_audit.HasWaiting)
        {
            _queue.Flush();
            if (CommitAudit() is { } failure)
            {
                _inbox.Close(failure, andForget: true);
                LostEvents = _audit.CountWaiting();
                return;
            }
        }
    }

    private void StoreNumbers()
    {
        if (_state.StoppedBecause is not null || (!_batch.HasNumbersToStore && _state.LastFailure is null))
        {
            return;
        }

        try
        {
            _batch.CommitNumbers();
            _state.LastFailure = null;
        }
        catch (StoreException failure)
        {
            // Nobody waits for this, and the reconciler finds it out again after a restart; a disk that fails will tell the next write.
            Answer(Undo(failure));
            return;
        }

        Tell([]);
    }
}
