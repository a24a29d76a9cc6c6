namespace Portlight.Storage.Sqlite;

/// <summary>
/// The tables <c>operation_of_scope</c> and <c>operation_of_resource</c>: operations by scope and by resource, up to a point. The writer adds what has come since, many at once and in order, in the
/// transaction that happens to be under way; so they are as durable as the rest, and a crash only leaves more to look through.
/// </summary>
internal sealed class OperationIndexRows(Database database)
{
    /// <summary>Operations that may not be in them: a list looks at each of these.</summary>
    public const int MaxPending = 1_024;

    private readonly Statement addToScopes = database.Prepare("""
        INSERT INTO operation_of_scope (scope, created_at, seq)
        SELECT scope, created_at, seq FROM operation WHERE seq > (SELECT value FROM counter WHERE name = 'indexed_operation')
        ORDER BY scope, created_at, seq
        """);

    private readonly Statement addToResources = database.Prepare("""
        INSERT INTO operation_of_resource (scope, resource_name, created_at, seq)
        SELECT scope, resource_name, created_at, seq FROM operation WHERE seq > (SELECT value FROM counter WHERE name = 'indexed_operation')
        ORDER BY scope, resource_name, created_at, seq
        """);

    private readonly Statement moveEnd = database.Prepare("""
        UPDATE counter SET value = (SELECT coalesce(max(seq), 0) FROM operation) WHERE name = 'indexed_operation'
        """);

    // A seq is given out again once the newest rows are gone.
    private readonly Statement lowerEnd = database.Prepare("""
        UPDATE counter SET value = min(value, (SELECT coalesce(max(seq), 0) FROM operation)) WHERE name = 'indexed_operation'
        """);

    private readonly Statement removeFromScope = database.Prepare("""
        DELETE FROM operation_of_scope WHERE (scope, created_at, seq) = (SELECT scope, created_at, seq FROM operation WHERE seq = ?)
        """);

    private readonly Statement removeFromResource = database.Prepare("""
        DELETE FROM operation_of_resource
        WHERE (scope, resource_name, created_at, seq) = (SELECT scope, resource_name, created_at, seq FROM operation WHERE seq = ?)
        """);

    // After an open nobody knows, so the first commit finds out.
    private int pending = MaxPending;

    /// <summary>An operation has been written, which may be a new one.</summary>
    public void Note() => pending++;

    /// <summary>Adds what is missing, once it is much.</summary>
    public void CatchUp()
    {
        if (pending >= MaxPending)
        {
            Run(addToScopes);
            Run(addToResources);
            Run(moveEnd);
            pending = 0;
        }
    }

    /// <summary>What was caught up with in this transaction may not have been.</summary>
    public void Undo() => pending = MaxPending;

    /// <summary>Before an operation is removed.</summary>
    public void Remove(long seq)
    {
        foreach (var remove in (Statement[])[removeFromScope, removeFromResource])
        {
            using var run = remove.Begin();
            run.Bind(seq);
            run.Step();
        }
    }

    /// <summary>After operations were removed.</summary>
    public void Removed() => Run(lowerEnd);

    private static void Run(Statement statement)
    {
        using var run = statement.Begin();
        run.Step();
    }
}
