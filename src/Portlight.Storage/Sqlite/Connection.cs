using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>A connection with the statements of every table. One thread at a time.</summary>
internal sealed class Connection : IDisposable
{
    private readonly JsonBuffer json = new();
    private readonly Statement begin;
    private readonly Statement commit;
    private readonly Statement rollback;

    private Connection(Database database)
    {
        Database = database;
        Instances = new InstanceRows(database, json);
        StaticIps = new StaticIpRows(database);
        KeyPairs = new KeyPairRows(database, json);
        OperationIndex = new OperationIndexRows(database);
        Operations = new OperationRows(database, OperationIndex);
        Accounts = new AccountRows(database);
        AccessKeys = new AccessKeyRows(database);
        Users = new IdentityRows<User>(database, json, IdentityTables.Users);
        Groups = new IdentityRows<Group>(database, json, IdentityTables.Groups);
        Roles = new IdentityRows<Role>(database, json, IdentityTables.Roles);
        Policies = new IdentityRows<ManagedPolicy>(database, json, IdentityTables.Policies);
        Audit = new AuditRows(database);
        Names = new NameRows(database);
        Counters = new CounterRows(database);
        Prune = new PruneRows(database, OperationIndex);
        begin = database.Prepare("BEGIN IMMEDIATE");
        commit = database.Prepare("COMMIT");
        rollback = database.Prepare("ROLLBACK");
    }

    public Database Database { get; }

    public InstanceRows Instances { get; }

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
            // A checkpoint every 4,000 pages (16 MB) instead of 1,000 halves how often a commit waits for one.
            database.Execute("""
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA wal_autocheckpoint = 4000;
                PRAGMA journal_size_limit = 67108864;
                PRAGMA cache_size = -16000;
                PRAGMA temp_store = MEMORY;
                PRAGMA trusted_schema = OFF;
                """);
            Schema.Migrate(database, Schema.Version);
            return new Connection(database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public static Connection OpenReader(string path) => new(Database.Open(path, readOnly: true));

    public void Begin() => Run(begin);

    public void Commit() => Run(commit);

    /// <summary>Undoes what is not committed; SQLite may have done so itself.</summary>
    public void Rollback()
    {
        if (!Database.IsAutocommit)
        {
            Run(rollback);
        }
    }

    public void Dispose()
    {
        Database.Dispose();
        json.Dispose();
    }

    private static void Run(Statement statement)
    {
        using var run = statement.Begin();
        run.Step();
    }
}
