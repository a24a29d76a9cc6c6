using System.Runtime.InteropServices;
using SQLitePCL;

namespace Portlight.Storage.Sqlite;

/// <summary>One connection to the database file, for one thread at a time. Every failure is a <see cref="StoreException"/> that says what to do about it.</summary>
internal sealed partial class Database : IDisposable
{
    // sqlite3.h, which the bindings do not name.
    private const int CheckpointPassive = 0;
    private const int CheckpointFull = 1;
    private const int CheckpointTruncate = 3;
    private const int Patience = 5_000;
    private const int DbStatusCacheWrite = 9;
    private const int DbConfigNoCheckpointOnClose = 1006;
    private const int WriteFailed = 778; // SQLITE_IOERR_WRITE
    private const int QuotaExceeded = 122; // EDQUOT

    private readonly sqlite3 _handle;
    private readonly string _path;
    private readonly List<Statement> _statements = [];
    private LogFlush? _flush;

    private Database(sqlite3 handle, string path)
    {
        _handle = handle;
        _path = path;
    }

    /// <summary>False between BEGIN and COMMIT, and true again when SQLite itself has rolled back (disk full, I/O error).</summary>
    public bool IsAutocommit => raw.sqlite3_get_autocommit(_handle) != 0;

    public static Database Open(string path, bool readOnly)
    {
        SqliteLibrary.Use();
        // NOMUTEX: no connection is ever used by two threads at once, so SQLite need not lock.
        var flags = raw.SQLITE_OPEN_NOMUTEX | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        var code = raw.sqlite3_open_v2(path, out var handle, flags, null);
        var database = new Database(handle, path);
        if (code != raw.SQLITE_OK)
        {
            var failure = database.Failure(code);
            database.Dispose();
            throw failure;
        }

        // A reader can meet the short exclusive lock of a WAL recovery or of the last close.
        raw.sqlite3_busy_timeout(handle, Patience);
        raw.sqlite3_extended_result_codes(handle, 1);
        return database;
    }

    /// <summary>From now on commits flush the data of the log, and not the times of its file. Once the log is open.</summary>
    public void FlushDataAlone() => _flush ??= LogFlush.For(_handle, _path + "-wal");

    public Statement Prepare(string sql)
    {
        var statement = new Statement(this, sql);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>Runs SQL text of our own, several statements allowed.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    /// <summary>The first column of the first row, as text.</summary>
    public string? Scalar(string sql)
    {
        using var statement = new Statement(this, sql);
        using var run = statement.Begin();
        return run.Step() ? run.TextOrNull(0) : null;
    }

    /// <summary>Pages that commits have written to the log since the last call.</summary>
    public int TakePagesWritten()
    {
        Check(raw.sqlite3_db_status(_handle, DbStatusCacheWrite, out var pages, out _, 1));
        return pages;
    }

    /// <summary>Copies the log into the database file and flushes it. Returns whether all of it was copied: a reader can hold the end back.</summary>
    /// <param name="waits">Waits a while for such a reader.</param>
    public bool Checkpoint(bool waits)
    {
        var code = raw.sqlite3_wal_checkpoint_v2(_handle, null, waits ? CheckpointFull : CheckpointPassive, out var inLog, out var copied);
        if (code == raw.SQLITE_BUSY)
        {
            return false;
        }

        Check(code);
        return copied == inLog;
    }

    /// <summary>Copies the log into the database file and makes it empty, unless a reader or a writer is at work just now.</summary>
    public void EmptyLog()
    {
        raw.sqlite3_busy_timeout(_handle, 0);
        var code = raw.sqlite3_wal_checkpoint_v2(_handle, null, CheckpointTruncate, out _, out _);
        raw.sqlite3_busy_timeout(_handle, Patience);
        if (code != raw.SQLITE_BUSY)
        {
            Check(code);
        }
    }

    /// <summary>Closing neither copies nor deletes the log: what the files hold is for the next one to find out.</summary>
    public void KeepLogAtClose() => Check(raw.sqlite3_db_config(_handle, DbConfigNoCheckpointOnClose, 1, out _));

    public void Dispose()
    {
        foreach (var statement in _statements)
        {
            statement.Dispose();
        }

        _flush?.Dispose();
        _handle.Dispose();
    }

    internal sqlite3_stmt Compile(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement));
        return statement;
    }

    internal void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Failure(code);
        }
    }

    internal StoreException Failure(int code)
    {
        var words = raw.sqlite3_errmsg(_handle).utf8_to_string();
        var text = (code & 0xFF) switch
        {
            raw.SQLITE_FULL => $"there is no room left for the database `{_path}`; make room on its disk",
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => $"the database `{_path}` is damaged ({words}); restore it from a backup",
            raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM => $"the database `{_path}` cannot be opened or written ({words}); check its directory and permissions",
            _ when IsOverQuota(code) => $"the quota for the database `{_path}` is used up; make room, or raise the quota",
            raw.SQLITE_IOERR => $"reading or writing the database `{_path}` failed ({words}, code {code}); check the disk",
            _ => $"the database `{_path}` refused ({words}, code {code})",
        };
        return new StoreException(text)
        {
            IsSyncFailure = code is raw.SQLITE_IOERR_FSYNC or raw.SQLITE_IOERR_DIR_FSYNC,
            IsDiskFull = (code & 0xFF) == raw.SQLITE_FULL || IsOverQuota(code),
        };
    }

    /// <summary>SQLite calls no room on the disk by a name of its own, and no room in a quota a failed write: it fails in the same place, and as much is written.</summary>
    private bool IsOverQuota(int code) => code == WriteFailed && SystemError(_handle) == QuotaExceeded;

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_system_errno")]
    private static partial int SystemError(sqlite3 handle);
}
