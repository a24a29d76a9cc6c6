namespace Portlight.Storage.Sqlite;

/// <summary>
/// Copies the log into the database, beside the writer: on a connection and a thread of its own, once the log has grown enough. The log begins anew only when all of
/// it is copied, and by then the writer has gone on; so the writer copies the rest, which is little. Why: docs/decisions/0072-checkpoints-beside-the-writer.md.
/// </summary>
/// <param name="path">The database.</param>
/// <param name="wake">Wakes the writer, to call <see cref="AfterCommit"/>.</param>
internal sealed class Checkpointer(string path, Action wake) : IDisposable
{
    /// <summary>Pages in the log that make it due: 16 MB; fewer make it copy the same page more often.</summary>
    public const int Every = 4_000;

    /// <summary>A log that is shortened once nothing happens.</summary>
    public const long LongLog = 16 << 20;

    private readonly Lock _gate = new();
    private Thread? _copying;
    private StoreException? _failure;
    private bool _isCopied;
    private int _pages;

    /// <summary>Writer only, after a commit whose callers were answered, or when it was woken.</summary>
    /// <exception cref="StoreException">The log could not be copied.</exception>
    public void AfterCommit(Database writer)
    {
        _pages += writer.TakePagesWritten();
        if (!TryTakeOutcome())
        {
            return;
        }

        if (_isCopied)
        {
            _isCopied = false;
            _pages = writer.Checkpoint(waits: false) ? 0 : Every * 3 / 4;
        }
        else if (_pages >= Every)
        {
            _copying = new Thread(Copy) { Name = "portlight store copies", IsBackground = true };
            _copying.Start();
        }
    }

    /// <summary>Writer only, when nothing has happened for a while.</summary>
    public void WhenIdle(Database writer)
    {
        if (_copying is not null || new FileInfo(path + "-wal") is not { Exists: true, Length: > LongLog })
        {
            return;
        }

        try
        {
            writer.EmptyLog();
            _pages = 0;
        }
        catch (StoreException)
        {
            // It stays long, and that is all. A disk that fails will tell the next commit or checkpoint.
        }
    }

    /// <summary>Writer only, at its end. Waits for the thread.</summary>
    public void Dispose() => _copying?.Join();

    /// <summary>Whether the thread is not at work; takes what it has done.</summary>
    /// <exception cref="StoreException">It has failed.</exception>
    private bool TryTakeOutcome()
    {
        if (_copying is null)
        {
            return true;
        }

        lock (_gate)
        {
            if (!_isCopied && _failure is null)
            {
                return false;
            }
        }

        _copying.Join();
        _copying = null;
        if (_failure is { } why)
        {
            _failure = null;
            _pages = Every * 3 / 4;
            throw why;
        }

        return true;
    }

    private void Copy()
    {
        StoreException? problem = null;
        try
        {
            using var database = Database.Open(path, readOnly: false);
            database.Execute("PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = FULL;");

            // The second time what has come meanwhile, so that little is left to the writer.
            database.Checkpoint(waits: false);
            database.Checkpoint(waits: false);
        }
        catch (Exception thrown)
        {
            // Of any kind: on a thread of its own it would end the process.
            problem = thrown as StoreException ?? new StoreException($"the log could not be copied into the database: {thrown.Message}", thrown);
        }

        lock (_gate)
        {
            _failure = problem;
            _isCopied = problem is null;
        }

        wake();
    }
}
