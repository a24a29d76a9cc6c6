using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// The tables that find operations: <c>operation_of_id</c>, <c>operation_of_scope</c> and <c>operation_newest</c>, up to a point. The writer adds what has come since,
/// many at once and in order, in the transaction that happens to be under way; so they are as durable as the rest, and a crash only leaves more to add.
/// </summary>
internal sealed class OperationIndexRows(Database database)
{
    /// <summary>Operations that may not be in them; those are in memory too, see <see cref="LateOperations"/>.</summary>
    public const int MaxPending = 4_096;

    private const string Pending = "seq > (SELECT value FROM counter WHERE name = 'indexed_operation')";

    private readonly Statement[] _add =
    [
        // After an end of the table was removed and its numbers given out again, what is newer counts.
        database.Prepare($"INSERT OR REPLACE INTO operation_of_id (id, seq) SELECT id, seq FROM operation WHERE {Pending} ORDER BY id"),
        database.Prepare($"INSERT OR REPLACE INTO operation_of_scope (scope, seq) SELECT scope, seq FROM operation WHERE {Pending} ORDER BY scope, seq"),
        database.Prepare($"""
            INSERT OR REPLACE INTO operation_newest (scope, resource_name, seq)
            SELECT scope, resource_name, max(seq) FROM operation WHERE {Pending} GROUP BY scope, resource_name ORDER BY scope, resource_name
            """),
        database.Prepare("UPDATE counter SET value = (SELECT coalesce(max(seq), 0) FROM operation) WHERE name = 'indexed_operation'"),
    ];

    private readonly Statement _findId = database.Prepare("SELECT seq FROM operation_of_id WHERE id = ?");
    private readonly Statement _findNewest = database.Prepare("SELECT seq FROM operation_newest WHERE scope = ? AND resource_name = ?");
    private readonly Statement _last = database.Prepare("SELECT max((SELECT coalesce(max(seq), 0) FROM operation), (SELECT value FROM counter WHERE name = 'indexed_operation'))");
    private readonly Statement _pending = database.Prepare($"SELECT seq, id, scope, resource_name FROM operation WHERE {Pending} ORDER BY seq");
    private readonly Statement _removeId = database.Prepare("DELETE FROM operation_of_id WHERE id = (SELECT id FROM operation WHERE seq = ?)");
    private readonly Statement _removeFromScope = database.Prepare("DELETE FROM operation_of_scope WHERE (scope, seq) = (SELECT scope, seq FROM operation WHERE seq = ?)");
    private readonly Statement _removeNewest = database.Prepare("DELETE FROM operation_newest WHERE (scope, resource_name, seq) = (SELECT scope, resource_name, seq FROM operation WHERE seq = ?)");
    private readonly Statement _moveId = database.Prepare("UPDATE operation_of_id SET seq = ?2 WHERE id = (SELECT id FROM operation WHERE seq = ?1)");

    private int _count;

    /// <summary>Whether it is time to add what is missing.</summary>
    public bool IsDue => _count >= MaxPending;

    /// <summary>A place that was given out last.</summary>
    public long Last() => Number(_last) ?? 0;

    public long? FindId(Guid id)
    {
        using var run = _findId.Begin();
        run.Bind(id);
        return run.Step() ? run.Int64(0) : null;
    }

    public long? FindNewest(Scope scope, string resourceName)
    {
        using var run = _findNewest.Begin();
        run.Bind(scope);
        run.Bind(resourceName);
        return run.Step() ? run.Int64(0) : null;
    }

    /// <summary>At the start: what the tables have not got.</summary>
    public void Load(LateOperations late)
    {
        using var run = _pending.Begin();
        for (; run.Step(); _count++)
        {
            late.Stage(run.Guid(1), ScopeColumn.Read(run, 2), run.Text(3), run.Int64(0));
        }

        late.Commit(areIndexed: false);
    }

    /// <summary>An operation has been added.</summary>
    public void Note() => _count++;

    /// <summary>Adds what is missing.</summary>
    public void CatchUp()
    {
        foreach (var statement in _add)
        {
            Number(statement);
        }

        _count = 0;
    }

    /// <summary>What was caught up with in this transaction may not have been: it is tried with the next.</summary>
    public void Undo() => _count = MaxPending;

    /// <summary>Before an operation is removed.</summary>
    public void Remove(long seq)
    {
        Run(_removeId, seq);
        Run(_removeFromScope, seq);
        Run(_removeNewest, seq);
    }

    /// <summary>Before an operation gets the place of another one of its resource, which is removed.</summary>
    public void Move(long from, long to)
    {
        Run(_removeId, to);
        Run(_removeFromScope, from);
        using var run = _moveId.Begin();
        run.Bind(from);
        run.Bind(to);
        run.Step();
    }

    private static void Run(Statement statement, long seq)
    {
        using var run = statement.Begin();
        run.Bind(seq);
        run.Step();
    }

    private static long? Number(Statement statement)
    {
        using var run = statement.Begin();
        return run.Step() ? run.Int64OrNull(0) : null;
    }
}
