namespace Portlight.Storage.Sqlite;

/// <summary>
/// The writes that share one durable commit. Lives as long as the store and is used again and again, by the writer's thread alone.
/// </summary>
internal sealed class Batch
{
    private readonly Connection _connection;
    private readonly RowCaches _caches;
    private readonly AppliedWatermark _applied;
    private readonly AuditTail _audit;
    private readonly LatePorts _late;
    private readonly LateOperations _operations;
    private readonly CommitOrder _order;
    private readonly BatchRows _written;
    private readonly List<Plan> _plans = [];
    private long _committedRevision;
    private long _storedIndex;
    private AppliedRevisions _storedApplied;
    private long _commits;
    private bool _isOpen;

    public Batch(Connection connection, RowCaches caches, AppliedWatermark applied, AuditTail audit, LatePorts late, LateOperations operations, CommitOrder order)
    {
        (_connection, _caches, _applied, _audit, _late, _operations, _order) = (connection, caches, applied, audit, late, operations, order);
        _committedRevision = connection.FindRevision();
        _written = new BatchRows(connection, caches, applied, audit, operations);
        _storedIndex = order.Index;
        _storedApplied = applied.Current;
    }

    public AppliedRevisions Applied => _applied.Current;

    /// <summary>How often something was made durable.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Revision of the newest committed change.</summary>
    public long CommittedRevision => Volatile.Read(ref _committedRevision);

    /// <summary>The rows to write to, with the transaction begun.</summary>
    public Connection Rows
    {
        get
        {
            Open();
            return _connection;
        }
    }

    /// <summary>Names of the hosts whose rows the last commit has changed; once.</summary>
    public IReadOnlyList<string> TakeHosts() => _written.TakeHosts();

    /// <summary>Whether numbers have changed that are stored for their own sake when nothing else is.</summary>
    public bool HasNumbersToStore => _applied.Current != _storedApplied || _order.Index != _storedIndex;

    public void Write(Plan plan)
    {
        Open();
        _plans.Add(plan);
        plan.Changes.WriteTo(_written);
    }

    /// <summary>Takes over what another store of the same database has written, and makes it visible. Returns the changes of instances, in order.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="blocks">Its events.</param>
    /// <param name="forgotten">Up to where it has forgotten events; null where it has not.</param>
    /// <param name="beforeCommit">See <see cref="Commit"/>.</param>
    public IReadOnlyList<InstanceChange> Follow(Changes changes, IReadOnlyList<AuditBlock> blocks, AuditAnchor? forgotten, Action beforeCommit)
    {
        Open();
        _written.IsMore = true;
        changes.WriteTo(_written);
        _audit.Follow(blocks, forgotten, _connection.Audit);
        return CommitOpen(beforeCommit);
    }

    /// <summary>Makes everything durable and then visible. Returns the changes of instances, in order.</summary>
    /// <param name="withAudit">Events that wait for a commit have waited long enough: commit for their sake alone.</param>
    /// <param name="beforeCommit">Called when all is written, and before it is committed: when it throws, nothing is.</param>
    public IReadOnlyList<InstanceChange> Commit(bool withAudit, Action? beforeCommit = null)
    {
        if (withAudit && _audit.HasWaiting)
        {
            Open();
        }

        if (!_isOpen)
        {
            _caches.EndCommit(done: true);
            return [];
        }

        _audit.Write(_connection.Audit);
        return CommitOpen(beforeCommit);
    }

    private IReadOnlyList<InstanceChange> CommitOpen(Action? beforeCommit)
    {
        var copies = _connection.PortChanges.IsDue;
        if (copies)
        {
            _connection.PortChanges.Copy();
        }

        // A change of ports says its revision itself, and how far the kernel is the reconciler finds out after a crash: so a Put writes no counter.
        var (watermark, index) = (_written.IsMore || copies ? _applied.Current : _storedApplied, _order.Index);
        WriteCounters(watermark, index, _written.IsMore || copies);
        var isIndexed = _connection.OperationIndex.IsDue;
        if (isIndexed)
        {
            _connection.OperationIndex.CatchUp();
        }

        beforeCommit?.Invoke();
        _caches.BeginCommit();
        _connection.Commit();
        Volatile.Write(ref _commits, _commits + 1);
        _audit.Committed();
        _written.NoteLate(_late, copies);
        _operations.Commit(isIndexed);
        (_isOpen, _storedIndex, _storedApplied) = (false, index, watermark);
        Volatile.Write(ref _committedRevision, _written.Revision ?? _committedRevision);
        _caches.EndCommit(done: true);
        if (_plans is [.., var last])
        {
            // Not before readers find all of it, in memory too: what a plan reads from now on counts as what there is at this place.
            _order.NoteDurable(last.Place);
        }

        _plans.ForEach(_order.Forget);
        _plans.Clear();
        return _written.TakeChanges();
    }

    /// <summary>Undoes the whole batch, because of a failure.</summary>
    public void Undo(StoreException failure)
    {
        _isOpen = false;
        _written.Clear();
        _plans.Clear();
        _audit.Undo(failure);
        _operations.Undo();
        _connection.OperationIndex.Undo();
        _connection.PortChanges.Undo();
        _caches.EndCommit(done: false);
        _connection.Rollback();
    }

    /// <summary>Stores numbers when nothing else is to be stored.</summary>
    /// <param name="beforeCommit">See <see cref="Commit"/>.</param>
    public void CommitNumbers(Action? beforeCommit = null)
    {
        Open();
        _written.IsMore = true; // also where none has changed: it is how a commit that failed is tried again
        _connection.Counters.Write(CounterRows.AppliedRevision, _applied.Value);
        Commit(withAudit: true, beforeCommit);
    }

    public (long Removed, bool HasMore) PruneAudit(DateTimeOffset before, int blocks, int events) => _audit.Prune(Rows.Audit, before, blocks, events);

    private void Open()
    {
        if (!_isOpen)
        {
            _connection.Begin();
            _isOpen = true;
        }
    }

    private void WriteCounters(AppliedRevisions watermark, long index, bool withRevision)
    {
        if (withRevision && _written.Revision is { } revision)
        {
            _connection.Counters.Write(CounterRows.Revision, revision);
        }

        if (index != _storedIndex)
        {
            _connection.Counters.Write(CounterRows.InstanceIndex, index);
        }

        _connection.WriteApplied(_storedApplied, watermark);
    }
}
