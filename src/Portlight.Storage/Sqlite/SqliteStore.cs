namespace Portlight.Storage.Sqlite;

/// <summary>
/// The store in one SQLite file. One process at a time; a lock file next to the database sees to that.
/// </summary>
public sealed class SqliteStore : IStore
{
    /// <summary>How long nothing has to happen before the watermark of what is applied is written for its own sake.</summary>
    internal static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(1);

    private readonly FileStream lockFile;
    private readonly Connection connection;
    private readonly DatabaseFiles files;
    private readonly ReadPool readers;
    private readonly AppliedWatermark applied;
    private readonly GroupCommit writer;
    private readonly PlannedWrites writes;
    private int disposals;

    private SqliteStore(string path, FileStream lockFile, Connection connection, TimeProvider time, TimeSpan idleAfter)
    {
        this.lockFile = lockFile;
        this.connection = connection;
        files = DatabaseFiles.Of(path);
        readers = new ReadPool(path);
        applied = new AppliedWatermark(connection.Counters.Find(CounterRows.AppliedRevision));
        var caches = new RowCaches();
        var late = new LatePorts();
        foreach (var (index, revision, ports) in connection.PortChanges.Newest())
        {
            late.Add(index, revision, ports);
        }

        var operations = new LateOperations();
        connection.OperationIndex.Load(operations);
        var recent = new RecentBlocks();
        View = new SqliteView(readers, caches, applied, late, operations, recent);
        var order = new CommitOrder(connection.FindRevision(), connection.Counters.Find(CounterRows.InstanceIndex));
        writer = new GroupCommit(path, connection, files, caches, applied, late, operations, recent, order, time, idleAfter);
        writes = new PlannedWrites(View, order, writer);
    }

    public IStoreView View { get; }

    public long Revision => writer.CommittedRevision;

    public Task<StoreException> Stopped => writer.State.Stopped;

    public StoreException? Problem => writer.State.StoppedBecause ?? files.FindProblem() ?? writer.State.LastFailure;

    internal long Commits => writer.Commits;

    internal GroupCommit Writer => writer;

    /// <summary>For tests: a store is safe to read through this only while it is idle.</summary>
    internal Database WriterDatabase => connection.Database;

    /// <summary>Opens the store, making the file (mode 0600) or bringing its tables to today's where needed. The directory must exist.</summary>
    /// <exception cref="StoreException">Another process has it open, it is damaged, or it comes from a newer Portlight.</exception>
    public static SqliteStore Open(string path, TimeProvider time) => Open(path, time, IdleAfter);

    internal static SqliteStore Open(string path, TimeProvider time, TimeSpan idleAfter)
    {
        var lockFile = TakeLock(path);
        Connection? connection = null;
        try
        {
            MakeOurs(path);
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
        writes.CommitAsync(prepare, account, cancellationToken);

    public void Observe(Action<IReadOnlyList<InstanceChange>> observer) => writer.Observers.Observe(observer);

    public void NoteApplied(long revision)
    {
        // More than is committed would make operations that do not exist yet succeed at birth.
        if (applied.Raise(Math.Min(revision, Revision)))
        {
            writer.Nudge();
        }
    }

    public async Task<long> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken = default)
    {
        var removed = 0L;
        var chunk = new PruneChunk(before, after: 0);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Add(chunk);
            chunk = await chunk.Done.ConfigureAwait(false);
            removed += chunk.Removed;
            if (chunk.Next is not { } next)
            {
                return removed;
            }

            chunk = new PruneChunk(before, next);
        }
    }

    public ValueTask RecordAsync(AuditEvent recorded, bool untilDurable = false) => writer.RecordAsync(recorded, untilDurable);

    public int LostAuditEvents => writer.LostEvents;

    public void ObserveAudit(Action<long> observer) => writer.Observers.ObserveAudit(observer);

    public async Task<long> PruneAuditAsync(DateTimeOffset before, CancellationToken cancellationToken = default)
    {
        var removed = 0L;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var chunk = new AuditPruneChunk(before);
            writer.Add(chunk);
            var (events, hasMore) = await chunk.Done.ConfigureAwait(false);
            removed += events;
            if (!hasMore)
            {
                return removed;
            }
        }
    }

    /// <summary>Finishes what waits, stores the watermark and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposals, 1) == 0)
        {
            await writer.DisposeAsync().ConfigureAwait(false);
            readers.Dispose();
            if (writer.State.StoppedBecause is not null || files.FindProblem() is not null)
            {
                // An end like that of a killed process. Closing would write what can no longer be trusted, and delete by its name a log that may be another's.
                connection.Database.KeepLogAtClose();
            }

            connection.Dispose();
            await lockFile.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static FileStream TakeLock(string path)
    {
        try
        {
            // FileShare.None is an advisory flock on Linux; the kernel lets go of it when the process ends, however it ends.
            // A user who can open the file can take the lock.
            return new FileStream(path + ".lock", ForOwner(FileShare.None, bufferSize: 1));
        }
        catch (DirectoryNotFoundException missing)
        {
            throw new StoreException($"the directory of `{path}` does not exist", missing);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new StoreException($"`{path}.lock` cannot be written; check the permissions of its directory", denied);
        }
        catch (IOException taken)
        {
            throw new StoreException($"the database `{path}` is in use by another portlight server; stop that one or name another data directory", taken);
        }
    }

    /// <summary>SQLite would make the file readable for everybody; what belongs to it (-wal, -shm) takes its mode.</summary>
    private static void MakeOurs(string path)
    {
        try
        {
            using var made = new FileStream(path, ForOwner(FileShare.ReadWrite, bufferSize: 0));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"the database `{path}` cannot be opened or written; check its directory and permissions", refused);
        }
    }

    /// <summary>A new file is its owner's alone.</summary>
    private static FileStreamOptions ForOwner(FileShare share, int bufferSize)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share, BufferSize = bufferSize };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
