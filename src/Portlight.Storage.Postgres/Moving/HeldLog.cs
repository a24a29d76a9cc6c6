using Npgsql;
using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>
/// A database with its head locked, in one transaction: no server writes meanwhile, and all of what is done here is there after <see cref="Commit"/>, or nothing. One
/// thread at a time.
/// </summary>
internal sealed class HeldLog : IDisposable
{
    /// <summary>So many things go into one statement.</summary>
    private const int Chunk = 2_048;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly NpgsqlDataSource _source;
    private readonly LogConnection _connection;
    private readonly PackedLines _packed = new();
    private readonly ManualResetEventSlim _pause = new();

    private HeldLog(NpgsqlDataSource source, LogConnection connection, LogEnd end)
    {
        (_source, _connection, Before) = (source, connection, end);
        After = end with { Batch = Guid.CreateVersion7() };
    }

    /// <summary>The end that was found.</summary>
    public LogEnd Before { get; }

    /// <summary>The end of a history that is new: another position than any that was known, and another batch.</summary>
    public LogEnd After { get; private set; }

    /// <summary>Where it is, without anything secret.</summary>
    public static string PlaceOf(string connectionText) => ConnectionText.Read(connectionText) is var text ? $"Host={text.Host};Port={text.Port};Database={text.Database}" : "";

    /// <summary>Makes the tables where there are none, and locks the head.</summary>
    /// <exception cref="StoreException">The database does not answer, cannot be used, or a server is writing and does not end.</exception>
    public static HeldLog Take(string connectionText)
    {
        var source = LogSource.Of(connectionText);
        var connection = new LogConnection(source);
        try
        {
            return LogFailure.Answered(() =>
            {
                connection.Run(LogSchema.Ensure);
                var end = connection.Lock();
                connection.Run(open => Execute(open, "SET LOCAL idle_in_transaction_session_timeout = 0"));
                return new HeldLog(source, connection, end);
            });
        }
        catch
        {
            connection.Close();
            source.Dispose();
            throw;
        }
    }

    /// <exception cref="StoreException">Somebody else is connected to the database with the same role.</exception>
    public void RequireNobodyElse() => LogFailure.Answered(() =>
    {
        LogHistory.RequireNobodyElse(_connection);
        return true;
    });

    /// <summary>Where what is in it has moved to; null where it has not.</summary>
    public MoveMark? FindMark() => Ask(LogStatements.FindMark);

    /// <summary>Whether a batch is in the history that the database has.</summary>
    public bool HasBatch(Guid batch) => Ask(connection => LogStatements.FindPosition(connection, batch)) is not null;

    /// <summary>Everything that is in it now, as this transaction sees it.</summary>
    public LogSnapshot Read() => Ask(LogSnapshot.Within);

    /// <summary>Replaces everything by what a file has.</summary>
    /// <param name="file">The file.</param>
    /// <param name="told">Told what was written, every now and then.</param>
    public Contents Replace(Connection file, Action<string, long> told)
    {
        var contents = new Contents { Numbers = (file.FindRevision(), file.Counters.Find(CounterRows.InstanceIndex)), AuditStart = file.Audit.FindAnchor() };
        LogFailure.Answered(() =>
        {
            Run(LogMove.AddEmptying);
            var place = 0L;
            foreach (var items in FileReading.Items(file).Chunk(Chunk))
            {
                foreach (var item in items)
                {
                    contents.Add(item);
                }

                Run(batch => LogMove.Add(batch, items, place));
                place += items.Length;
                told(items[^1].Kind, place);
            }

            // What servers write from here on comes after it: they count places from their position on.
            After = new LogEnd(Math.Max(Before.Position, place >> LogStatements.PlacesOfBatch) + LogHistory.Step, After.Batch, contents.Numbers.Revision, contents.Numbers.Index);
            foreach (var blocks in FileReading.Blocks(file).Chunk(Chunk / 16))
            {
                Array.ForEach(blocks, contents.Add);
                Run(batch => LogMove.Add(batch, blocks, After.Position, _packed));
                told("event", contents.Events);
            }

            Run(batch => LogMove.AddEnd(batch, After, contents.AuditStart));
            return true;
        });
        return contents;
    }

    /// <summary>Marks it: what is in it has moved away, and servers that have followed it find that its history has ended.</summary>
    public void Mark(MoveMark mark) => LogFailure.Answered(() =>
    {
        Run(batch =>
        {
            After = LogHistory.AddNew(batch, Before, commits: false);
            LogMove.AddMark(batch, mark, After);
        });
        return true;
    });

    /// <summary>Takes the mark off.</summary>
    public void ClearMark() => LogFailure.Answered(() =>
    {
        Run(batch =>
        {
            After = LogHistory.AddNew(batch, Before, commits: false);
            LogMove.AddNoMark(batch);
        });
        return true;
    });

    /// <summary>Writes to the head, so that the commit proves what was found.</summary>
    public void Confirm()
    {
        After = Before;
        LogFailure.Answered(() =>
        {
            Run(static batch => batch.BatchCommands.Add(new NpgsqlBatchCommand("UPDATE head SET position = position WHERE one = 1")));
            return true;
        });
        Commit();
    }

    /// <summary>Makes it durable, on the standby too where commits wait for one.</summary>
    /// <exception cref="StoreException">Nothing was written; or, with <see cref="StoreException.IsOutcomeUnknown"/>, nobody knows.</exception>
    public void Commit()
    {
        var began = TimeProvider.System.GetTimestamp();
        var failure = Try(() => _connection.Commit(LogMove.AddCommit));
        while (failure is not null && TimeProvider.System.GetElapsedTime(began) < Patience)
        {
            // To find it proves nothing: only a write after it waits for the standby.
            failure = Try(() =>
            {
                _connection.Lock();
                return _connection.Run(connection => LogStatements.FindBatch(connection, After.Position)) == After.Batch
                    ? _connection.Commit(LogStatements.AddConfirmation)
                    : throw new StoreException("the database has not taken it: nothing was written there");
            });
        }

        if (failure is not null)
        {
            throw LogFailure.Unknown(failure);
        }
    }

    public void Dispose()
    {
        _connection.Unlock();
        _connection.Close();
        _source.Dispose();
        _pause.Dispose();
    }

    private static bool Execute(NpgsqlConnection connection, string text)
    {
        using var command = new NpgsqlCommand(text, connection);
        command.ExecuteNonQuery();
        return true;
    }

    private Exception? Try(Func<bool> commit)
    {
        try
        {
            return commit() ? null : new TimeoutException("the standby has not confirmed it");
        }
        catch (Exception lost) when (LogFailure.IsKnown(lost))
        {
            _connection.Close();
            _pause.Wait(Pause);
            return lost;
        }
    }

    private T Ask<T>(Func<NpgsqlConnection, T> ask) => LogFailure.Answered(() => _connection.Run(ask));

    private void Run(Action<NpgsqlBatch> add) => _connection.Run(connection =>
    {
        using var batch = new NpgsqlBatch(connection) { Timeout = 0 };
        add(batch);
        batch.ExecuteNonQuery();
        return true;
    });
}
