using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// Removes old operations, a chunk at a time. The table is walked in the order of its row ids, which is the order of time, so a prune reads what it removes and
/// stops; a clock that was set back only delays a few rows to a later prune.
/// </summary>
internal sealed class PruneRows(Database database, OperationIndexRows index)
{
    private readonly Statement operations = database.Prepare("SELECT seq, created_at, status, awaits_revision FROM operation WHERE seq > ? ORDER BY seq LIMIT ?");
    private readonly Statement deleteOperation = database.Prepare("DELETE FROM operation WHERE seq = ?");

    /// <summary>When the first operation was made; null without any.</summary>
    public DateTimeOffset? OldestAt()
    {
        using var run = operations.Begin();
        run.Bind(0);
        run.Bind(1);
        return run.Step() ? run.Time(1) : null;
    }

    /// <summary>Removes terminal operations among the next <paramref name="chunk"/> after a place; null for the place when none are left.</summary>
    public (int Removed, long? Next) Operations(long after, DateTimeOffset before, long applied, int chunk)
    {
        var old = new List<long>();
        long? next = null;
        using (var run = operations.Begin())
        {
            run.Bind(after);
            run.Bind(chunk);
            var seen = 0;
            while (run.Step() && run.Time(1) < before)
            {
                seen++;
                next = run.Int64(0);
                if ((OperationStatus)run.Int64(2) != OperationStatus.Started || run.Int64OrNull(3) <= applied)
                {
                    old.Add(run.Int64(0));
                }
            }

            next = seen == chunk ? next : null;
        }

        foreach (var seq in old)
        {
            index.Remove(seq);
            using var run = deleteOperation.Begin();
            run.Bind(seq);
            run.Step();
        }

        if (old.Count > 0)
        {
            index.Removed();
        }

        return (old.Count, next);
    }
}
