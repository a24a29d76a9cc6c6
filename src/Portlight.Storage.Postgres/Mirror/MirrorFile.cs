using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>
/// A server's own copy of all that is stored, in a file of SQLite: what every read of the server reads. It is a cache: it may be deleted, and is made anew from the database
/// when it has another history.
/// </summary>
internal sealed class MirrorFile : IDisposable
{
    private readonly FileStream _lockFile;

    private MirrorFile(string path, FileStream lockFile, Connection connection, MirrorPosition position, LogEnd end) =>
        (Path, _lockFile, Connection, Position, End) = (path, lockFile, connection, position, end);

    public string Path { get; }

    public Connection Connection { get; }

    public MirrorPosition Position { get; }

    /// <summary>Up to where it was when it was opened.</summary>
    public LogEnd End { get; }

    /// <exception cref="StoreException">Another process has it open, it cannot be written, or the database does not answer.</exception>
    public static MirrorFile Open(string path, PostgresLog log, TimeProvider time)
    {
        var lockFile = OwnFiles.TakeLock(path);
        Connection? connection = null;
        try
        {
            (connection, var position) = OpenConnection(path);
            if (position.Found is { } end && IsOfSameHistory(log, connection, end))
            {
                return new MirrorFile(path, lockFile, connection, position, end);
            }

            connection.Dispose();
            foreach (var suffix in (string[])["", "-wal", "-shm"])
            {
                File.Delete(path + suffix);
            }

            (connection, position) = OpenConnection(path);
            return new MirrorFile(path, lockFile, connection, position, Fill(path, connection, position, log, time));
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

    private static (Connection, MirrorPosition) OpenConnection(string path)
    {
        OwnFiles.Make(path);
        var connection = Connection.OpenWriter(path);
        try
        {
            // What a power cut takes from it is in the database; it only has to be whole.
            connection.Database.Execute("PRAGMA synchronous = NORMAL");
            return (connection, new MirrorPosition(connection.Database));
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
    private static LogEnd Fill(string path, Connection connection, MirrorPosition position, PostgresLog log, TimeProvider time)
    {
        using var snapshot = log.ReadAll();
        SnapshotReading.Fill(path, connection, snapshot, time, position.Write);
        return snapshot.End;
    }
}
