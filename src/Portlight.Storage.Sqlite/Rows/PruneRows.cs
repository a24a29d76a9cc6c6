using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// Removes old operations, a chunk at a time. The table is walked in the order of its row ids, which is the order of time, so a prune reads what it removes and
/// stops; a clock that was set back only delays a few rows to a later prune.
/// </summary>
internal sealed class PruneRows(Database database, OperationIndexRows index)
{
    private const string Moved =
        "id, resource_type, zone, type, details, created_at, status, status_changed_at, error_code, error_details, awaits_revision, previous, host";

    private readonly Statement _operations = database.Prepare("SELECT seq, created_at, status, awaits_revision, host, id FROM operation WHERE seq > ? ORDER BY seq LIMIT ?");
    private readonly Statement _deleteOperation = database.Prepare("DELETE FROM operation WHERE seq = ?");
    private readonly Statement _findPrevious = database.Prepare("SELECT seq FROM operation WHERE seq = (SELECT previous FROM operation WHERE seq = ?)");
    private readonly Statement _move = database.Prepare($"UPDATE operation SET ({Moved}) = (SELECT {Moved} FROM operation WHERE seq = ?1) WHERE seq = ?2");

    /// <summary>When the first operation was made; null without any.</summary>
    public DateTimeOffset? OldestAt()
    {
        using var run = _operations.Begin();
        run.Bind(0);
        run.Bind(1);
        return run.Step() ? run.Time(1) : null;
    }

    /// <summary>Removes terminal operations among the next <paramref name="chunk"/> after a place; null for the place when none are left.</summary>
    public (IReadOnlyList<Guid> Removed, long? Next) Operations(long after, DateTimeOffset before, AppliedRevisions applied, int chunk)
    {
        var (old, ids) = (new List<long>(), new List<Guid>());
        long? next = null;
        using (var run = _operations.Begin())
        {
            run.Bind(after);
            run.Bind(chunk);
            var seen = 0;
            while (run.Step() && run.Time(1) < before)
            {
                seen++;
                next = run.Int64(0);
                if ((OperationStatus)run.Int64(2) != OperationStatus.Started || run.Int64OrNull(3) <= applied.Of(run.TextOrNull(4)))
                {
                    old.Add(run.Int64(0));
                    ids.Add(run.Guid(5));
                }
            }

            next = seen == chunk ? next : null;
        }

        if (old.Count > 0)
        {
            // What is moved or removed has to be moved or removed in the tables that find it: so they have it.
            index.CatchUp();
            old.ForEach(Remove);
        }

        return (ids, next);
    }

    /// <summary>
    /// Removes one, which the tables that find it have. When the one before it of the same resource is still there, because it is not finished, that one takes its place: the one after it goes on to it
    /// from there.
    /// </summary>
    public void Remove(long seq)
    {
        if (FindPrevious(seq) is { } unfinished)
        {
            index.Move(unfinished, seq);
            using var run = _move.Begin();
            run.Bind(unfinished);
            run.Bind(seq);
            run.Step();
            seq = unfinished;
        }
        else
        {
            index.Remove(seq);
        }

        using var deletion = _deleteOperation.Begin();
        deletion.Bind(seq);
        deletion.Step();
    }

    private long? FindPrevious(long seq)
    {
        using var run = _findPrevious.Begin();
        run.Bind(seq);
        return run.Step() ? run.Int64(0) : null;
    }
}
