namespace Portlight.Storage.Sqlite;

/// <summary>
/// The one writer: a thread that takes what waits, at most <see cref="MaxWork"/>, and makes all of it durable with one flush of the disk. It never waits for
/// company: while one batch is flushed the next one gathers. Why: docs/decisions/0010-group-commit.md.
/// </summary>
internal sealed class GroupCommit : IAsyncDisposable
{
    public const int MaxWork = 128;

    /// <summary>Decisions that may wait; more make their callers wait for room.</summary>
    public const int MaxWaiting = 4_096;

    private readonly Connection connection;
    private readonly Batch batch;
    private readonly AuditInbox inbox;
    private readonly AuditTail audit;
    private readonly CommitQueue queue = new(MaxWaiting);
    private readonly List<Work> taken = new(MaxWork);
    private readonly TimeSpan idleAfter;
    private readonly Thread thread;
    private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<IReadOnlyList<InstanceChange>>? observer;
    private Action<long>? auditObserver;
    private long auditSequence;
    private StoreException? stopped;
    private long commits;

    public GroupCommit(Connection connection, RowCaches caches, AppliedWatermark applied, TimeProvider time, TimeSpan idleAfter)
    {
        this.connection = connection;
        this.idleAfter = idleAfter;
        inbox = new AuditInbox(time, queue.Flush);
        audit = new AuditTail(connection.Audit.FindEnd(), inbox);
        auditSequence = audit.CommittedSequence;
        batch = new Batch(connection, caches, applied, audit, time);
        thread = new Thread(Loop) { Name = "portlight store writer", IsBackground = true };
        thread.Start();
    }

    public long CommittedRevision => batch.CommittedRevision;

    /// <summary>Batches that were made durable.</summary>
    public long Commits => Volatile.Read(ref commits);

    public ValueTask AddAsync(Work work, CancellationToken cancellationToken) => queue.AddAsync(work, cancellationToken);

    public void Observe(Action<IReadOnlyList<InstanceChange>> action)
    {
        Action<IReadOnlyList<InstanceChange>>? before;
        do
        {
            before = Volatile.Read(ref observer);
        }
        while (Interlocked.CompareExchange(ref observer, before + action, before) != before);
    }

    /// <summary>Takes an event that no decision carries.</summary>
    public ValueTask RecordAsync(AuditEvent recorded)
    {
        recorded.RequireForm();
        return inbox.AddAsync(recorded);
    }

    public void ObserveAudit(Action<long> action)
    {
        if (Interlocked.CompareExchange(ref auditObserver, action, null) is not null)
        {
            throw new InvalidOperationException("the audit log is observed already");
        }
    }

    /// <summary>There is a new watermark to store when nothing else happens.</summary>
    public void Nudge() => queue.Nudge();

    /// <summary>Does what waits, and ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        inbox.Close(new ObjectDisposedException(nameof(SqliteStore)), andForget: false);
        queue.Close();
        await finished.Task.ConfigureAwait(false);
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
                    StoreApplied();
                    limit = null;
                    break;
                default:
                    StoreApplied();
                    CommitAuditToTheEnd();
                    finished.SetResult();
                    return;
            }
        }
    }

    private void RunBatch()
    {
        if (stopped is not null)
        {
            // Nobody may wait for ever on a writer that does not write.
            while (queue.TryTake(out var work))
            {
                taken.Add(work);
            }

            Answer(stopped);
            return;
        }

        var failure = RunTaken();
        if (failure is null)
        {
            failure = Commit(out var changes);
            Publish(changes);
            PublishAudit();
        }

        Answer(failure);
    }

    private void Answer(StoreException? failure)
    {
        foreach (var work in taken)
        {
            if (failure is null)
            {
                work.Succeed();
            }
            else
            {
                work.Fail(failure);
            }
        }

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

    private StoreException? Commit(out IReadOnlyList<InstanceChange> changes)
    {
        changes = [];
        try
        {
            changes = batch.Commit(queue.TakeFlush());
            Volatile.Write(ref commits, commits + 1);
            return null;
        }
        catch (Exception thrown)
        {
            return Undo(thrown);
        }
    }

    private StoreException Undo(Exception cause)
    {
        var failure = cause as StoreException ?? new StoreException($"the changes could not be written: {cause.Message}", cause);
        try
        {
            batch.Undo();
        }
        catch (StoreException rollback)
        {
            Stop(new StoreException("the store has stopped because a failed commit could not be undone; start portlight again", rollback));
        }

        if (failure.IsSyncFailure)
        {
            Stop(new StoreException("the store has stopped because the disk did not confirm a flush; check the disk and start portlight again", failure));
        }

        return failure;
    }

    private void Publish(IReadOnlyList<InstanceChange> changes)
    {
        if (changes.Count == 0 || Volatile.Read(ref observer) is not { } observe)
        {
            return;
        }

        try
        {
            observe(changes);
        }
        catch (Exception thrown)
        {
            // The batch is durable and its callers are told so; but somebody downstream has missed changes, and nothing would ever tell it.
            Stop(new StoreException($"the store has stopped because what follows its changes has failed: {thrown.Message}", thrown));
        }
    }

    private void PublishAudit()
    {
        if (audit.CommittedSequence == auditSequence)
        {
            return;
        }

        auditSequence = audit.CommittedSequence;
        try
        {
            Volatile.Read(ref auditObserver)?.Invoke(auditSequence);
        }
        catch (Exception thrown)
        {
            Stop(new StoreException($"the store has stopped because what follows the audit log has failed: {thrown.Message}", thrown));
        }
    }

    private void Stop(StoreException why)
    {
        stopped ??= why;
        inbox.Close(stopped, andForget: true);
    }

    /// <summary>Commits for the sake of events that no decision carries. When it fails they are kept, and the inbox asks again.</summary>
    private StoreException? CommitAudit()
    {
        if (stopped is not null)
        {
            queue.TakeFlush();
            return stopped;
        }

        var failure = Commit(out _);
        PublishAudit();
        return failure;
    }

    /// <summary>At the end: what waits, and who waits for room meanwhile.</summary>
    private void CommitAuditToTheEnd()
    {
        while (audit.HasWaiting)
        {
            queue.Flush();
            if (CommitAudit() is { } failure)
            {
                inbox.Close(failure, andForget: true);
                return;
            }
        }
    }

    private void StoreApplied()
    {
        if (stopped is not null || !batch.HasAppliedToStore)
        {
            return;
        }

        try
        {
            batch.CommitApplied();
            PublishAudit();
        }
        catch (StoreException failure)
        {
            // Nobody waits for this, and the reconciler finds it out again after a restart; a disk that fails will tell the next decision.
            Undo(failure);
        }
    }
}
