using Npgsql;

namespace Portlight.Storage.Postgres;

/// <summary>The connection on which a store locks the head and writes. One thread at a time.</summary>
internal sealed class LogConnection(NpgsqlDataSource source)
{
    private NpgsqlConnection? _connection;
    private bool _isBegun;
    private bool _isWaitCancelled;

    /// <summary>Runs something; a connection that broke while nobody used it is replaced.</summary>
    public T Run<T>(Func<NpgsqlConnection, T> run)
    {
        var isFresh = _connection is null;
        try
        {
            return run(_connection ??= Open());
        }
        catch (Exception failure) when (LogFailure.IsKnown(failure) && LogFailure.IsOfConnection(failure))
        {
            var wasBegun = _isBegun;
            Close();
            if (isFresh || wasBegun)
            {
                throw;
            }
        }

        return run(_connection = Open());
    }

    /// <summary>Begins a transaction that has the head locked.</summary>
    public LogEnd Lock() => Run(connection =>
    {
        // It may have begun though this fails, as when somebody else has the lock for too long: left so, PostgreSQL would refuse everything until its end.
        _isBegun = true;
        try
        {
            using var batch = new NpgsqlBatch(connection) { BatchCommands = { new NpgsqlBatchCommand(LogStatements.Begin), new NpgsqlBatchCommand(LogStatements.End + " FOR UPDATE") } };
            using var reader = batch.ExecuteReader();
            return reader.Read() ? LogStatements.ReadEnd(reader) : throw new StoreException("the database has lost its head; restore it from a backup");
        }
        catch
        {
            Unlock();
            throw;
        }
    });

    /// <summary>Ends the transaction without a commit, if there is one. Does not throw: a connection that cannot be told is closed, and its lock goes with it.</summary>
    public void Unlock()
    {
        if (_isBegun)
        {
            _isBegun = false;
            try
            {
                using var rollback = new NpgsqlCommand("ROLLBACK", _connection);
                rollback.ExecuteNonQuery();
            }
            catch (Exception failure) when (LogFailure.IsKnown(failure))
            {
                Close();
            }
        }
    }

    /// <summary>Sends statements of the transaction that end with its commit. False when the wait for the standby was cancelled: the commit is on this server alone, and PostgreSQL calls that success.</summary>
    public bool Commit(Action<NpgsqlBatch> add)
    {
        using var sent = new NpgsqlBatch(_connection);
        add(sent);
        _isWaitCancelled = false;
        sent.ExecuteNonQuery();
        _isBegun = false;
        return !_isWaitCancelled;
    }

    public void Close()
    {
        _isBegun = false;
        if (_connection is { } connection)
        {
            _connection = null;
            NpgsqlConnection.ClearPool(connection);
            connection.Dispose();
        }
    }

    private NpgsqlConnection Open()
    {
        var connection = source.OpenConnection();
        try
        {
            LogStatements.CompressQuickly(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        connection.Notice += (_, notice) => _isWaitCancelled |= notice.Notice.SqlState == PostgresErrorCodes.Warning;
        return connection;
    }
}
