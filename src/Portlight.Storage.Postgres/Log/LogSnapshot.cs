using Npgsql;

namespace Portlight.Storage.Postgres;

/// <summary>Everything that is stored, as it is at one moment: one transaction that reads. To be read in the order of its members.</summary>
internal sealed class LogSnapshot : IDisposable
{
    private readonly NpgsqlConnection _connection;

    private LogSnapshot(NpgsqlConnection connection, LogEnd end, AuditAnchor anchor) => (_connection, End, Anchor) = (connection, end, anchor);

    public LogEnd End { get; }

    /// <summary>Where the audit log begins.</summary>
    public AuditAnchor Anchor { get; }

    public static LogSnapshot Open(NpgsqlDataSource source)
    {
        var connection = source.OpenConnection();
        try
        {
            using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new NpgsqlBatchCommand("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
                    new NpgsqlBatchCommand("SELECT position, batch, revision, instance_index, anchor_sequence, anchor_hash FROM head WHERE one = 1"),
                },
            };
            using var reader = batch.ExecuteReader();
            return reader.Read()
                ? new LogSnapshot(connection, LogStatements.ReadEnd(reader), new AuditAnchor(reader.GetInt64(4), reader.GetString(5)))
                : throw new StoreException("the database has lost its head; restore it from a backup");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>In the order in which they were first written.</summary>
    public IEnumerable<Item> Items() => Read(
        "SELECT kind, key, coalesce(revision, 0), body FROM item ORDER BY place",
        row => new Item(row.GetString(0), row.GetString(1), row.GetInt64(2) is > 0 and var revision ? revision : null, row.GetString(3), IsRemoval: false));

    public IEnumerable<AuditBlock> Blocks() => Read("SELECT first_sequence, count, newest_at, lines FROM audit ORDER BY first_sequence", LogStatements.ReadBlock);

    public void Dispose()
    {
        // With its transaction.
        NpgsqlConnection.ClearPool(_connection);
        _connection.Dispose();
    }

    private IEnumerable<T> Read<T>(string text, Func<NpgsqlDataReader, T> read)
    {
        // Sorting a million rows takes longer than any other statement may.
        using var command = new NpgsqlCommand(text, _connection) { CommandTimeout = 0 };
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return read(reader);
        }
    }
}
