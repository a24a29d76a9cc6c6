using Npgsql;

namespace Portlight.Storage.Postgres;

/// <summary>
/// The connection on which the end of the log is asked for, beside the writer's: kept, with its statement prepared, because every read waits for an answer. One question at a time. After any
/// failure, and where a standby has answered, the next question goes to a new connection, which looks for the primary.
/// </summary>
internal sealed class EndConnection(NpgsqlDataSource source) : IDisposable
{
    private NpgsqlConnection? _connection;
    private NpgsqlCommand? _command;

    /// <exception cref="StoreException">A standby has answered, or a database without a head.</exception>
    public async Task<LogEnd> ReadAsync()
    {
        if (_command is { } kept)
        {
            try
            {
                return await AskAsync(kept).ConfigureAwait(false);
            }
            catch (Exception broken) when (LogFailure.IsKnown(broken) && LogFailure.IsOfConnection(broken) && !IsTimeout(broken))
            {
                // It broke while nobody used it, as after a restart of the database.
            }
        }

        return await AskAsync(await OpenAsync().ConfigureAwait(false)).ConfigureAwait(false);
    }

    public void Dispose() => Close();

    private async Task<LogEnd> AskAsync(NpgsqlCommand command)
    {
        try
        {
            await using var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
            return await reader.ReadAsync().ConfigureAwait(false) && !reader.GetBoolean(4)
                ? LogStatements.ReadEnd(reader)
                : throw new StoreException("the database is a standby, or has lost its head; nothing can be read from it");
        }
        catch
        {
            Close();
            throw;
        }
    }

    private async Task<NpgsqlCommand> OpenAsync()
    {
        _connection = await source.OpenConnectionAsync().ConfigureAwait(false);
        try
        {
            _command = new NpgsqlCommand(LogStatements.EndOfPrimary, _connection);
            await _command.PrepareAsync().ConfigureAwait(false);
            return _command;
        }
        catch
        {
            Close();
            throw;
        }
    }

    /// <summary>The pool is not to hand it out again.</summary>
    private void Close()
    {
        if (_connection is { } connection)
        {
            NpgsqlConnection.ClearPool(connection);
            _command?.Dispose();
            connection.Dispose();
            (_connection, _command) = (null, null);
        }
    }

    private static bool IsTimeout(Exception failure) => failure is TimeoutException || failure.InnerException is TimeoutException;
}
