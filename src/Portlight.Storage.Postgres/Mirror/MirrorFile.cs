using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>
/// A server's own copy of all that is stored, in a file of SQLite: what every read of the server reads. It is a cache: it may be deleted, and is made anew from the database
/// when it has another history.
/// </summary>
internal sealed class MirrorFile : IDisposable
{
    private readonly FileStream _lockFile;

    private MirrorFile(string path, FileStream lockFile, (Connection Connection, MirrorPosition Position, NewerRows Newer) open, LogEnd end) =>
        (Path, _lockFile, Connection, Position, Newer, End) = (path, lockFile, open.Connection, open.Position, open.Newer, end);

    public string Path { get; }

    public Connection Connection { get; }

    public MirrorPosition Position { get; }

    /// <summary>What it cannot keep.</summary>
    public NewerRows Newer { get; }

    /// <summary>Up to where it was when it was opened.</summary>
    public LogEnd End { get; }

    /// <exception cref="StoreException">Another process has it open, it cannot be written, or the database does not answer.</exception>
    public static MirrorFile Open(string path, PostgresLog log, TimeProvider time)
    {
        var lockFile = OwnFiles.TakeLock(path);
        Connection? connection = null;
        try
        {
            (Connection Connection, MirrorPosition Position, NewerRows Newer) open;
            if (IsWhole(path))
            {
                open = OpenConnection(path);
                connection = open.Connection;
                if (open.Position.Found is { } end && !open.Newer.WereFound && IsOfSameHistory(log, connection, end))
                {
                    return new MirrorFile(path, lockFile, open, end);
                }

                connection.Dispose();
            }

            Delete(path);
            open = OpenConnection(path);
            connection = open.Connection;
            return new MirrorFile(path, lockFile, open, Fill(path, open, log, time));
        }
        catch
        {
            connection?.Dispose();
            lockFile.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Connection.Dispose();
        _lockFile.Dispose();
    }

    /// <summary>
    /// Whether a file is there that this version may open: one of a newer version has tables that it does not know, one that was cut off while it was filled lacks some of its own, and all that they have is in the
    /// database. What is no mirror at all is opened, and refused with the reason.
    /// </summary>
    private static bool IsWhole(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var database = Database.Open(path, readOnly: false);
        return !Schema.IsOurs(database) || (!Schema.IsOfNewer(database) && MirrorPosition.IsIn(database));
    }

    private static void Delete(string path)
    {
        foreach (var suffix in (string[])["", "-wal", "-shm"])
        {
            File.Delete(path + suffix);
        }
    }

    private static (Connection Connection, MirrorPosition Position, NewerRows Newer) OpenConnection(string path)
    {
        OwnFiles.Make(path);
        var connection = Connection.OpenWriter(path);
        try
        {
            // What a power cut takes from it is in the database; it only has to be whole.
            connection.Database.Execute("PRAGMA synchronous = NORMAL");
            return (connection, new MirrorPosition(connection.Database), new NewerRows(connection.Database));
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static bool IsOfSameHistory(PostgresLog log, Connection connection, LogEnd end)
    {
        try
        {
            log.ReadAfter(end, connection.Audit.FindEnd().Sequence);
            return true;
        }
        catch (OtherHistoryException)
        {
            return false;
        }
    }

    /// <summary>Reads everything; what is cut off in the middle has no position and begins anew.</summary>
    private static LogEnd Fill(string path, (Connection Connection, MirrorPosition Position, NewerRows Newer) open, PostgresLog log, TimeProvider time)
    {
        using var snapshot = log.ReadAll();
        SnapshotReading.Fill(open.Connection, snapshot, time, open.Position.Write, open.Newer);
        return snapshot.End;
    }
}
