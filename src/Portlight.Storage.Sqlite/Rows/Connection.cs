using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>A connection with the statements of every table. One thread at a time.</summary>
internal sealed class Connection : IDisposable
{
    private readonly JsonBuffer _json = new();
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;

    private Connection(Database database)
    {
        Database = database;
        Instances = new InstanceRows(database, _json);
        PortChanges = new PortChangeRows(database, _json);
        StaticIps = new StaticIpRows(database);
        KeyPairs = new KeyPairRows(database, _json);
        OperationIndex = new OperationIndexRows(database);
        Operations = new OperationRows(database, OperationIndex);
        Accounts = new AccountRows(database, _json);
        AccessKeys = new AccessKeyRows(database);
        Users = new IdentityRows<User>(database, _json, IdentityTables.Users);
        Groups = new IdentityRows<Group>(database, _json, IdentityTables.Groups);
        Roles = new IdentityRows<Role>(database, _json, IdentityTables.Roles);
        Policies = new IdentityRows<ManagedPolicy>(database, _json, IdentityTables.Policies);
        Hosts = new HostRows(database, _json);
        IdentityUses = new IdentityUseRows(database);
        Audit = new AuditRows(database);
        Names = new NameRows(database);
        Counters = new CounterRows(database);
        Prune = new PruneRows(database, OperationIndex);
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _commit = database.Prepare("COMMIT");
        _rollback = database.Prepare("ROLLBACK");
    }

    public Database Database { get; }

    public InstanceRows Instances { get; }

    public PortChangeRows PortChanges { get; }

    public StaticIpRows StaticIps { get; }

    public KeyPairRows KeyPairs { get; }

    public OperationRows Operations { get; }

    public OperationIndexRows OperationIndex { get; }

    public AccountRows Accounts { get; }

    public AccessKeyRows AccessKeys { get; }

    public IdentityRows<User> Users { get; }

    public IdentityRows<Group> Groups { get; }

    public IdentityRows<Role> Roles { get; }

    public IdentityRows<ManagedPolicy> Policies { get; }

    public HostRows Hosts { get; }

    public IdentityUseRows IdentityUses { get; }

    public AuditRows Audit { get; }

    public NameRows Names { get; }

    public CounterRows Counters { get; }

    public PruneRows Prune { get; }

    /// <summary>The one connection that writes, migrated to the tables of today.</summary>
    public static Connection OpenWriter(string path)
    {
        var database = Database.Open(path, readOnly: false);
        try
        {
            // FULL: every commit is flushed to the disk before it returns. NORMAL would lose acknowledged writes at a power cut.
            // SQLite's own checkpoints keep quiet about a disk that fails: Checkpointer makes them.
            database.Execute("""
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA wal_autocheckpoint = 0;
                PRAGMA journal_size_limit = 67108864;
                PRAGMA cache_size = -16000;
                PRAGMA temp_store = MEMORY;
                PRAGMA trusted_schema = OFF;
                """);
            Schema.Migrate(database, Schema.Version);
            Settle(database);
            database.FlushDataAlone();
            return new Connection(database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public static Connection OpenReader(string path) => new(Database.Open(path, readOnly: true));

    /// <summary>The revision of the newest change: a change of ports alone writes no counter.</summary>
    public long FindRevision() => Math.Max(Counters.Find(CounterRows.Revision), PortChanges.Last());

    public void Begin() => Run(_begin);

    /// <exception cref="StoreException">
    /// It failed. Without room the mark that makes it a commit was not written, and nothing was. After any other failure it may have been: a restart would find
    /// it in the log and believe it.
    /// </exception>
    public void Commit()
    {
        try
        {
            Run(_commit);
        }
        catch (StoreException failure) when (!failure.IsDiskFull)
        {
            throw new StoreException(failure.Message, failure) { IsOutcomeUnknown = true };
        }
    }

    /// <summary>Undoes what is not committed; SQLite may have done so itself.</summary>
    public void Rollback()
    {
        if (!Database.IsAutocommit)
        {
            Run(_rollback);
        }
    }

    /// <summary>Stores how far the kernels are that have come further.</summary>
    public void WriteApplied(AppliedRevisions before, AppliedRevisions now)
    {
        if (now.Local != before.Local)
        {
            Counters.Write(CounterRows.AppliedRevision, now.Local);
        }

        Hosts.WriteApplied(before.Hosts, now.Hosts);
    }

    /// <summary>Forgets a host; operations of it behind that revision fail.</summary>
    public void Delete(HostRemoval removal, long applied)
    {
        Hosts.Delete(removal.Host.Name);
        Operations.Fail(removal, applied);
    }

    public void Dispose()
    {
        Database.Dispose();
        _json.Dispose();
    }

    /// <summary>
    /// The log that an earlier process left may have been read from the kernel's cache and not be on the disk, if a flush failed there. Nothing may build on it
    /// before it is in the database file, flushed.
    /// </summary>
    private static void Settle(Database database)
    {
        try
        {
            // A reader that holds the end back was there before: what it sees was flushed, or the log's index would not have it.
            database.Checkpoint(waits: true);
        }
        catch (StoreException full) when (full.IsDiskFull)
        {
            // Reads and enforcement go on; the checkpoint is made when there is room.
        }
    }

    private static void Run(Statement statement)
    {
        using var run = statement.Begin();
        run.Step();
    }
}
