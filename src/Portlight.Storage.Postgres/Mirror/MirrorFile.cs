using System.Collections.Immutable;
using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>
/// A server's own copy of all that is stored, in a file of SQLite: what every read of the server reads. It is a cache: it may be deleted, and is made anew from the database
/// when it has another history.
/// </summary>
internal sealed class MirrorFile : IDisposable
{
    /// <summary>So many items are read into memory at once.</summary>
    private const int Chunk = 4_096;

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
        using var readers = new ReadPool(path);
        using var inbox = new AuditInbox(time, static () => { });
        var (applied, late, operations, recent) = (new AppliedWatermark(0, ImmutableDictionary<string, long>.Empty), new LatePorts(), new LateOperations(), new RecentBlocks());
        var caches = new RowCaches();
        var view = new SqliteView(readers, caches, applied, late, operations, recent);
        var audit = new AuditTail(connection.Audit.FindEnd(), inbox, recent);
        var batch = new Batch(connection, caches, applied, audit, late, operations, new CommitOrder(0, snapshot.End.Index));
        foreach (var items in snapshot.Items().Chunk(Chunk))
        {
            var changes = new Changes(view, NoNumber);
            ItemReader.Read(items, changes, (host, revision) => applied.Raise(host, revision));
            batch.Follow(changes, [], null, static () => { });
        }

        batch.Follow(new Changes(view, NoNumber), [], snapshot.Anchor, static () => { });
        foreach (var block in snapshot.Blocks())
        {
            batch.Follow(new Changes(view, NoNumber), [block], null, static () => { });
        }

        batch.Follow(new Changes(view, NoNumber), [], null, () =>
        {
            connection.Counters.Write(CounterRows.Revision, snapshot.End.Revision);
            connection.Counters.Write(CounterRows.InstanceIndex, snapshot.End.Index);
            position.Write(snapshot.End);
        });
        return snapshot.End;
    }

    private static long NoNumber() => throw new System.Diagnostics.UnreachableException("what is taken over has its number");
}
