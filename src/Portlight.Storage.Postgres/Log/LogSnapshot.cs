using Npgsql;

namespace Portlight.Storage.Postgres;

/// <summary>Everything that is stored, as it is at one moment: one transaction that reads. To be read in the order of its members.</summary>
internal sealed class LogSnapshot : IDisposable
{
    private const string ItemColumns = "SELECT kind, key, coalesce(revision, 0), body FROM item";
    private const string BlockColumns = "SELECT first_sequence, count, newest_at, lines FROM audit";

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
    public IEnumerable<Item> Items() => Read(ItemColumns + " ORDER BY place", ReadItem);

    /// <summary>Those of some kinds alone.</summary>
    public IEnumerable<Item> ItemsOf(params string[] kinds) => Read(ItemColumns + " WHERE kind = ANY($1) ORDER BY place", ReadItem, new NpgsqlParameter<string[]> { TypedValue = kinds });

    public AuditBlock? FindBlockBefore(long sequence) => FindBlock("first_sequence < $1 ORDER BY first_sequence DESC LIMIT 1", sequence);

    public AuditBlock? FindBlockAfter(long sequence) => FindBlock("first_sequence > $1 ORDER BY first_sequence LIMIT 1", sequence);

    public IEnumerable<AuditBlock> Blocks() => Read(BlockColumns + " ORDER BY first_sequence", LogStatements.ReadBlock);

    public void Dispose()
    {
        // With its transaction.
        NpgsqlConnection.ClearPool(_connection);
        _connection.Dispose();
    }

    private static Item ReadItem(NpgsqlDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.GetInt64(2) is > 0 and var revision ? revision : null, row.GetString(3), IsRemoval: false);

    private AuditBlock? FindBlock(string place, long sequence) =>
        Read($"{BlockColumns} WHERE {place}", LogStatements.ReadBlock, new NpgsqlParameter<long> { TypedValue = sequence }).FirstOrDefault();

    private IEnumerable<T> Read<T>(string text, Func<NpgsqlDataReader, T> read, params NpgsqlParameter[] parameters)
    {
        // Sorting a million rows takes longer than any other statement may.
        using var command = new NpgsqlCommand(text, _connection) { CommandTimeout = 0 };
        command.Parameters.AddRange(parameters);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return read(reader);
        }
    }
}
