using Npgsql;

namespace Portlight.Storage.Postgres;

/// <summary>
/// The order of batches of all stores that share a database, and what they have written: the tables <c>head</c>, <c>item</c>, <c>batch</c>, <c>audit</c>. One thread at a
/// time, but for <see cref="ReadEndAsync"/>. Why: docs/decisions/0096-a-mirror-in-sqlite.md, 0097-acknowledged-means-replicated.md.
/// </summary>
internal sealed class PostgresLog : IDisposable
{
    /// <summary>How long an outcome is asked for that is not known, before the callers are told so.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly NpgsqlDataSource _source;
    private readonly ManualResetEventSlim _pause = new();
    private readonly LogConnection _connection;
    private readonly EndConnection _end;
    private readonly TimeProvider _time;

    private PostgresLog(NpgsqlDataSource source, TimeProvider time) => (_source, _connection, _end, _time) = (source, new LogConnection(source), new EndConnection(source), time);

    /// <summary>Connects, and makes the tables in a database that has none.</summary>
    /// <exception cref="StoreException">The connection string cannot be used, the database does not answer, or its tables are of a newer Portlight.</exception>
    public static PostgresLog Open(string connectionText, TimeProvider time)
    {
        var log = new PostgresLog(LogSource.Of(connectionText), time);
        try
        {
            log._connection.Run(LogSchema.Ensure);
            return log._connection.Run(LogStatements.FindMark) is { } moved ? throw moved.Refusal("the database") : log;
        }
        catch (Exception failure) when (LogFailure.IsKnown(failure))
        {
            log.Dispose();
            throw LogFailure.NothingWritten(failure);
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>Locks the end of the order: nobody else appends until <see cref="Append"/> or <see cref="Unlock"/>.</summary>
    /// <exception cref="StoreException">The database does not answer. Nothing was written.</exception>
    public LogEnd Lock() => LogFailure.Answered(_connection.Lock);

    /// <summary>Gives the lock up, if it is held.</summary>
    public void Unlock() => _connection.Unlock();

    /// <summary>
    /// Appends a batch, whose position is the one after the end that <see cref="Lock"/> has found, and unlocks. It is durable, on the standby too where there is one that
    /// commits wait for, when this returns.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="before">The end that it comes after.</param>
    /// <exception cref="StoreException">
    /// Nothing was written; or, with <see cref="StoreException.IsOutcomeUnknown"/>, it may have been, and is found when the end is locked next; or, with
    /// <see cref="StoreException.IsOutdated"/>, another store was faster after a failover.
    /// </exception>
    public void Append(LogBatch batch, LogEnd before)
    {
        var mayBeThere = false;
        if (TrySend(SendOnce) is not { } failure)
        {
            return;
        }

        if (!mayBeThere && !LogFailure.IsUndone(failure))
        {
            throw LogFailure.NothingWritten(failure);
        }

        // Not known from here on, or undone in favour of another transaction: an administrator's, for servers lock the head first. To find the batch proves nothing: only a write after it waits for the standby.
        var began = _time.GetTimestamp();
        while (_time.GetElapsedTime(began) < Patience && !_pause.Wait(Pause))
        {
            if (TrySend(() => (mayBeThere = IsThere(batch, before)) ? Confirm() : SendOnce()) is not { } again)
            {
                return;
            }

            failure = again;
        }

        throw mayBeThere ? LogFailure.Unknown(failure) : LogFailure.NothingWritten(failure);

        bool SendOnce()
        {
            mayBeThere = true;
            try
            {
                return Send(batch);
            }
            catch (Exception refused) when (LogFailure.IsRefusal(refused))
            {
                mayBeThere = false;
                throw;
            }
        }
    }

    /// <summary>Null when it is durable; else why nobody knows, or why PostgreSQL refused it.</summary>
    private Exception? TrySend(Func<bool> send)
    {
        try
        {
            return send() ? null : new TimeoutException("the standby has not confirmed it");
        }
        catch (Exception refused) when (LogFailure.IsRefusal(refused))
        {
            Unlock();
            return refused;
        }
        catch (Exception lost) when (LogFailure.IsKnown(lost))
        {
            _connection.Close();
            return lost;
        }
    }

    /// <summary>What was written after a known end, at most some batches of it. It may be called with the lock held or without.</summary>
    /// <param name="known">The end that is known.</param>
    /// <param name="auditSequence">The last event that is known.</param>
    /// <exception cref="OtherHistoryException">The database does not have, or not any more, what is known of it.</exception>
    public IReadOnlyList<LogBatch> ReadAfter(LogEnd known, long auditSequence) => LogFailure.Answered(() => _connection.Run(connection =>
    {
        using var batch = new NpgsqlBatch(connection);
        LogStatements.AddReads(batch, known, auditSequence);
        using var reader = batch.ExecuteReader();
        if (known.Position > 0 && (!reader.Read() || reader.GetGuid(0) != known.Batch))
        {
            throw new OtherHistoryException($"the database has another batch at position {known.Position} than this server has seen, or none any more");
        }

        reader.NextResult();
        var batches = new List<LogBatch>();
        while (reader.Read())
        {
            batches.Add(LogStatements.ReadBatch(reader));
            if (batches[^1].End.Position != known.Position + batches.Count)
            {
                throw new OtherHistoryException($"the database has no batch at position {known.Position + batches.Count} any more");
            }
        }

        reader.NextResult();
        var blocks = new List<(long Position, AuditBlock Block)>();
        while (reader.Read())
        {
            blocks.Add((reader.GetInt64(4), LogStatements.ReadBlock(reader)));
        }

        return batches.ConvertAll(one => one with { Blocks = [.. blocks.Where(block => block.Position == one.End.Position).Select(block => block.Block)] });
    }));

    /// <summary>Where the order ends now, of the primary. From any thread, one at a time; it may be called beside all else.</summary>
    /// <exception cref="StoreException">The database does not answer.</exception>
    public async Task<LogEnd> ReadEndAsync()
    {
        try
        {
            return await _end.ReadAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (LogFailure.IsKnown(failure))
        {
            throw LogFailure.NothingWritten(failure);
        }
    }

    /// <summary>All that is stored, at one moment, for a mirror that begins.</summary>
    public LogSnapshot ReadAll() => LogFailure.Answered(() => LogSnapshot.Open(_source));

    /// <summary>Whether the server is a primary without a standby that commits wait for.</summary>
    public bool IsAlone() => LogFailure.Answered(() => _connection.Run(LogStatements.IsAlone));

    public void Dispose()
    {
        Unlock();
        _connection.Close();
        _end.Dispose();
        _source.Dispose();
        _pause.Dispose();
    }

    private bool Send(LogBatch batch) => _connection.Commit(sent => LogStatements.Add(sent, batch));

    private bool Confirm() => _connection.Commit(LogStatements.AddConfirmation);

    /// <summary>Locks the end anew. Whether a batch whose commit was not confirmed is there; if not, and nothing else is, it can be sent again.</summary>
    private bool IsThere(LogBatch batch, LogEnd before)
    {
        var end = _connection.Lock();
        if (end.Position == before.Position && end.Batch == before.Batch)
        {
            return false;
        }

        if (_connection.Run(connection => LogStatements.FindBatch(connection, batch.End.Position)) == batch.End.Batch)
        {
            return true;
        }

        Unlock();
        throw new StoreException("another server has written first, after a failover") { IsOutdated = true };
    }
}
