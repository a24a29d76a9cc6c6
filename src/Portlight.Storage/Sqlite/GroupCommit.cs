namespace Portlight.Storage.Sqlite;

/// <summary>
/// The one writer: a thread that takes what waits, at most <see cref="MaxWork"/>, and makes all of it durable with one flush of the disk. It never waits for
/// company: while one batch is flushed the next one gathers. Why: docs/decisions/0010-group-commit.md.
/// </summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    public const int MaxWork = 128;

    private readonly Connection connection;
    private readonly DatabaseFiles files;
    private readonly Batch batch;
    private readonly AuditInbox inbox;
    private readonly AuditTail audit;
    private readonly CommitQueue queue = new();
    private readonly CommitOrder order;
    private readonly List<Work> taken = new(MaxWork);
    private readonly TimeSpan idleAfter;
    private readonly Thread thread;
    private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WriterState state = new();
    private readonly Checkpointer checkpointer;

    public GroupCommit(string path, Connection connection, DatabaseFiles files, RowCaches caches, AppliedWatermark applied, LatePorts late, LateOperations operations, RecentBlocks recent, CommitOrder order, TimeProvider time, TimeSpan idleAfter)
    {
        this.connection = connection;
        this.files = files;
        this.order = order;
        this.idleAfter = idleAfter;
        inbox = new AuditInbox(time, queue.Flush);
        checkpointer = new Checkpointer(path, queue.Flush);
        audit = new AuditTail(connection.Audit.FindEnd(), inbox, recent);
        Observers = new CommitObservers(audit.CommittedSequence);
        batch = new Batch(connection, caches, applied, audit, late, operations, order);
        thread = new Thread(Loop) { Name = "portlight store writer", IsBackground = true };
        thread.Start();
    }

    /// <summary>The observers that it tells of what has become durable.</summary>
    public CommitObservers Observers { get; }

    public long CommittedRevision => batch.CommittedRevision;

    /// <summary>Batches that were made durable.</summary>
    public long Commits => batch.Commits;

    /// <summary>Whether it goes on.</summary>
    public WriterState State => state;

    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public void Add(Work work) => queue.Add(work);

    /// <summary>Events that were taken and are not durable, now that the writer has ended.</summary>
    public int LostEvents { get; private set; }

    /// <summary>Takes an event that no write carries.</summary>
    public ValueTask RecordAsync(AuditEvent recorded, bool untilDurable)
    {
        recorded.RequireForm();
        return inbox.AddAsync(recorded, untilDurable);
    }

    /// <summary>There is a new watermark to store when nothing else happens.</summary>
    public void Nudge() => queue.Nudge();

    /// <summary>Does what waits, and ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        inbox.Close(new ObjectDisposedException(nameof(SqliteStore)), andForget: false);
        order.Close();
        queue.Close();
        await finished.Task.ConfigureAwait(false);
        checkpointer.Dispose();
        inbox.Dispose();
    }

    private void Loop()
    {
        TimeSpan? limit = idleAfter;
        while (true)
        {
            switch (queue.Wait(limit))
            {
                case Wake.Work:
                    RunBatch();
                    limit = idleAfter;
                    break;
                case Wake.Nudge:
                    limit = idleAfter;
                    break;
                case Wake.Flush:
                    CommitAudit();
                    break;
                case Wake.Idle:
                    StoreNumbers();
                    checkpointer.WhenIdle(connection.Database);

                    // While the last commit has failed it is tried again, or nobody would know that there is room again before somebody wants to write.
                    limit = state.LastFailure is null || state.StoppedBecause is not null ? null : idleAfter;
                    break;
                default:
                    StoreNumbers();
                    CommitAuditToTheEnd();
                    finished.SetResult();
                    return;
            }
        }
    }

    private void RunBatch()
    {
        if (state.StoppedBecause is not null)
        {
            // Nobody may wait for ever on a writer that does not write.
            while (queue.TryTake(out var work))
            {
                taken.Add(work);
            }

            Answer(state.StoppedBecause);
            return;
        }

        Answer(RunTaken() ?? Commit());
        CheckpointWhenDue();
    }

    private void Answer(StoreException? failure)
    {
        taken.ForEach(failure is null ? work => work.Succeed() : work => work.Fail(failure));
        taken.Clear();
    }

    private StoreException? RunTaken()
    {
        while (taken.Count < MaxWork && queue.TryTake(out var work))
        {
            taken.Add(work);
            try
            {
                work.Run(batch);
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
            var before = batch.Commits;
            changes = batch.Commit(queue.TakeFlush());
            if (batch.Commits != before)
            {
                if (files.FindProblem() is { } gone)
                {
                    throw gone;
                }

                state.LastFailure = null;
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
        if (Observers.Tell(changes, audit.CommittedSequence) is { } failed)
        {
            // The batch is durable and its callers are told so; but somebody downstream has missed it, and nothing would ever tell it.
            Stop(failed);
        }
    }

    private StoreException Undo(Exception cause)
    {
        var failure = cause as StoreException ?? new StoreException($"the changes could not be written: {cause.Message}", cause);
        state.LastFailure = failure;
        order.Undo(batch.CommittedRevision, TakeAll);
        try
        {
            batch.Undo(failure);
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
        while (queue.TryTake(out var work))
        {
            taken.Add(work);
        }

        return taken.OfType<PlannedWrite>().Select(write => write.Plan);
    }

    /// <summary>After its callers were answered: nobody waits for it but who comes next.</summary>
    private void CheckpointWhenDue()
    {
        if (state.StoppedBecause is not null)
        {
            return;
        }

        try
        {
            checkpointer.AfterCommit(connection.Database);
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
        inbox.Close(state.Stop(why), andForget: true);
    }

    /// <summary>Commits for the sake of events that no write carries. When it fails, the inbox keeps them and asks again.</summary>
    private StoreException? CommitAudit()
    {
        if (state.StoppedBecause is not null)
        {
            queue.TakeFlush();
            return state.StoppedBecause;
        }

        var failure = Commit();
        Answer(failure);
        CheckpointWhenDue();
        return failure;
    }

    /// <summary>At the end: what waits, and what waits for room meanwhile. What cannot be written now is lost, and is counted.</summary>
    private void CommitAuditToTheEnd()
    {
        while (audit.HasWaiting)
        {
            queue.Flush();
            if (CommitAudit() is { } failure)
            {
                inbox.Close(failure, andForget: true);
                LostEvents = audit.CountWaiting();
                return;
            }
        }
    }

    private void StoreNumbers()
    {
        if (state.StoppedBecause is not null || (!batch.HasNumbersToStore && state.LastFailure is null))
        {
            return;
        }

        try
        {
            batch.CommitNumbers();
            state.LastFailure = null;
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
