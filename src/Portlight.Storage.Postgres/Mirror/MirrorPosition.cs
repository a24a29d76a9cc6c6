using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>Up to where a mirror is, in a table of its own in the mirror's file: written with what it says, so that a crash leaves both or none.</summary>
internal sealed class MirrorPosition
{
    private readonly Statement _write;

    public MirrorPosition(Database database)
    {
        database.Execute("CREATE TABLE IF NOT EXISTS mirror (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL, batch BLOB NOT NULL, revision INTEGER NOT NULL, instance_index INTEGER NOT NULL)");
        using var run = database.Prepare("SELECT position, batch, revision, instance_index FROM mirror").Begin();
        Found = run.Step() ? new LogEnd(run.Int64(0), run.Guid(1), run.Int64(2), run.Int64(3)) : null;
        _write = database.Prepare("INSERT OR REPLACE INTO mirror (one, position, batch, revision, instance_index) VALUES (1, ?, ?, ?, ?)");
    }

    /// <summary>As the file had it when it was opened; null for one that has nothing whole.</summary>
    public LogEnd? Found { get; }

    /// <summary>Whether a database has one.</summary>
    public static bool IsIn(Database database) => database.Scalar("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'mirror'") is not null && database.Scalar("SELECT 1 FROM mirror") is not null;

    public void Write(LogEnd end)
    {
        using var run = _write.Begin();
        run.Bind(end.Position);
        run.Bind(end.Batch);
        run.Bind(end.Revision);
        run.Bind(end.Index);
        run.Step();
    }
}
