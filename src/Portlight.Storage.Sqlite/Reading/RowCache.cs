using System.Collections.Concurrent;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// What is committed of a small, hot part of a table. Readers fill it, the writer alone changes it.
/// </summary>
/// <remarks>
/// INVARIANT: a reader never sees a row go back to an older value, whether it reads here or from the database. So while a commit is on its way the rows that
/// it changes are not here at all (everybody asks the database, which turns from old to new at one moment), and a row that was loaded from the database
/// gets in only if no commit has begun or ended since before it was loaded: <see cref="Version"/> is odd during a commit and changes at both its ends.
/// A row that is here stays the same object until it changes (or a full cache starts over), so that what was made of it can be remembered by it.
/// </remarks>
internal sealed class RowCache<TKey, TRow>(int capacity)
    where TKey : notnull
    where TRow : class
{
    private readonly ConcurrentDictionary<TKey, TRow> _committed = new();
    private readonly Dictionary<TKey, TRow?> _staged = [];
    private readonly Lock _gate = new();
    private long _version;

    // A concurrent dictionary takes all of its locks to count, a thousand when it has grown.
    private int _count;

    /// <summary>To be read before a row is loaded, and handed to <see cref="Add"/>.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>Whether a quarter of it is free.</summary>
    public bool HasRoom => Volatile.Read(ref _count) < capacity - (capacity / 4);

    public bool TryGet(TKey key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TRow row) => _committed.TryGetValue(key, out row);

    /// <summary>Writer only: a row as the batch leaves it.</summary>
    public void Stage(TKey key, TRow? row) => _staged[key] = row;

    /// <summary>Keeps a loaded row if it is the newest for certain. Returns the one to use: of several that load it at once, all get the same object.</summary>
    public TRow Add(TKey key, TRow row, long seenVersion)
    {
        lock (_gate)
        {
            if (_version != seenVersion || (_version & 1) != 0)
            {
                return row;
            }

            if (_committed.TryGetValue(key, out var first))
            {
                return first;
            }

            Set(key, row);
            return row;
        }
    }

    /// <summary>Writer only, before the database commits.</summary>
    public void BeginCommit()
    {
        if (_staged.Count == 0)
        {
            return;
        }

        lock (_gate)
        {
            Volatile.Write(ref _version, _version + 1);
            foreach (var key in _staged.Keys)
            {
                _count -= _committed.TryRemove(key, out _) ? 1 : 0;
            }
        }
    }

    /// <summary>Writer only, after the database has committed, or has not. Without <see cref="BeginCommit"/> it drops what is staged.</summary>
    public void EndCommit(bool done)
    {
        if ((_version & 1) != 0)
        {
            lock (_gate)
            {
                foreach (var (key, row) in _staged)
                {
                    if (done && row is not null)
                    {
                        Set(key, row);
                    }
                }

                Volatile.Write(ref _version, _version + 1);
            }
        }

        _staged.Clear();
    }

    private void Set(TKey key, TRow row)
    {
        // Starting over is simpler than counting uses, and a full cache is larger than any hot set we have seen.
        if (_count >= capacity)
        {
            _committed.Clear();
            _count = 0;
        }

        if (_committed.TryAdd(key, row))
        {
            _count++;
        }
        else
        {
            _committed[key] = row;
        }
    }
}
