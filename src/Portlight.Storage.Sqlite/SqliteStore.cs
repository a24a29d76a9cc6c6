namespace Portlight.Storage.Sqlite;

/// <summary>
/// The store in one SQLite file. One process at a time; a lock file next to the database sees to that.
/// </summary>
public sealed class SqliteStore : IStore
{
    /// <summary>How long nothing has to happen before the watermark of what is applied is written for its own sake.</summary>
    internal static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(1);

    private readonly FileStream _lockFile;
    private readonly Connection _connection;
    private readonly DatabaseFiles _files;
    private readonly ReadPool _readers;
    private readonly AppliedWatermark _applied;
    private readonly GroupCommit _writer;
    private readonly CommitOrder _order;
    private readonly PlannedWrites _writes;
    private int _disposals;

    private SqliteStore(string path, FileStream lockFile, Connection connection, TimeProvider time, TimeSpan idleAfter)
    {
        _lockFile = lockFile;
        _connection = connection;
        _files = DatabaseFiles.Of(path);
        _readers = new ReadPool(path);
        _applied = new AppliedWatermark(connection.Counters.Find(CounterRows.AppliedRevision), connection.Hosts.FindApplied());
        var caches = new RowCaches();
        var late = new LatePorts();
        foreach (var (index, revision, ports) in connection.PortChanges.Newest())
        {
            late.Add(index, revision, ports);
        }

        var operations = new LateOperations();
        connection.OperationIndex.Load(operations);
        var recent = new RecentBlocks();
        View = new SqliteView(_readers, caches, _applied, late, operations, recent);
        _order = new CommitOrder(connection.FindRevision(), connection.Counters.Find(CounterRows.InstanceIndex));
        _writer = new GroupCommit(path, connection, _files, caches, _applied, late, operations, recent, _order, time, idleAfter);
        _writes = new PlannedWrites(View, _order, _writer.State, AppendAsync, GroupCommit.MaxWork, time);
    }

    public IStoreView View { get; }

    public long Revision => _writer.CommittedRevision;

    public Task<StoreException> Stopped => _writer.State.Stopped;

    public StoreException? Problem => _writer.State.StoppedBecause ?? _files.FindProblem() ?? _writer.State.LastFailure;

    internal long Commits => _writer.Commits;

    internal GroupCommit Writer => _writer;

    /// <summary>For tests: a store is safe to read through this only while it is idle.</summary>
    internal Database WriterDatabase => _connection.Database;

    /// <summary>Opens the store, making the file (mode 0600) or bringing its tables to today's where needed. The directory must exist.</summary>
    /// <exception cref="StoreException">Another process has it open, it is damaged, or it comes from a newer Portlight.</exception>
    public static SqliteStore Open(string path, TimeProvider time) => Open(path, time, IdleAfter);

    internal static SqliteStore Open(string path, TimeProvider time, TimeSpan idleAfter)
    {
        var lockFile = OwnFiles.TakeLock(path);
        Connection? connection = null;
        try
        {
            OwnFiles.Make(path);
            connection = Connection.OpenWriter(path);
            return new SqliteStore(path, lockFile, connection, time, idleAfter);
        }
        catch
        {
            connection?.Dispose();
            lockFile.Dispose();
            throw;
        }
    }

    public Task<Committed<T>> CommitAsync<T>(Func<IStoreView, Changes, T> prepare, string account = "", CancellationToken cancellationToken = default) =>
        _writes.CommitAsync(prepare, account, cancellationToken);

    public void Observe(Action<IReadOnlyList<InstanceChange>> observer) => _writer.Observers.Observe(observer);

    public void ObserveHosts(Action<IReadOnlyCollection<string>> observer) => _writer.Observers.ObserveHosts(observer);

    public bool IsShared => false;

    public void NoteApplied(string host, long revision)
    {
        // More than is committed would make operations that do not exist yet succeed at birth.
        if (_applied.Raise(host, Math.Min(revision, Revision)))
        {
            _writer.Nudge();
        }
    }

    public Task<long> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken = default) => Pruning.OperationsAsync(_writer.Add, before, cancellationToken);

    public ValueTask RecordAsync(AuditEvent recorded, bool untilDurable = false) => _writer.RecordAsync(recorded, untilDurable);

    public int LostAuditEvents => _writer.LostEvents;

    public void ObserveAudit(Action<long> observer) => _writer.Observers.ObserveAudit(observer);

    public Task<long> PruneAuditAsync(DateTimeOffset before, CancellationToken cancellationToken = default) => Pruning.AuditAsync(_writer.Add, before, cancellationToken);

    public ValueTask CatchUpAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    /// <summary>Finishes what waits, stores the watermark and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposals, 1) == 0)
        {
            await _writer.DisposeAsync().ConfigureAwait(false);
            _readers.Dispose();
            if (_writer.State.StoppedBecause is not null || _files.FindProblem() is not null)
            {
                // An end like that of a killed process. Closing would write what can no longer be trusted, and delete by its name a log that may be another's.
                _connection.Database.KeepLogAtClose();
            }

            _connection.Dispose();
            await _lockFile.DisposeAsync().ConfigureAwait(false);
        }
    }

    private Task AppendAsync(Plan? plan)
    {
        var write = new PlannedWrite(plan, _order.Late);
        _writer.Add(write);
        return write.Done;
    }
}
