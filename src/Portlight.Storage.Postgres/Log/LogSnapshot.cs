using Npgsql;

namespace Portlight.Storage.Postgres;

/// <summary>Everything that is stored, as it is at one moment: one transaction that reads. To be read in the order of its members.</summary>
internal sealed class LogSnapshot : IDisposable
{
    private const string ItemColumns = "SELECT kind, key, coalesce(revision, 0), body FROM item";
    private const string BlockColumns = "SELECT first_sequence, count, newest_at, lines FROM audit";

    /// <summary>Seconds. It is asked when a mirror begins, and no caller of the API waits for it: a database whose disk is slow need not fail it.</summary>
    private const int Patience = 60;

    private const string Head = "SELECT position, batch, revision, instance_index, anchor_sequence, anchor_hash FROM head WHERE one = 1";

    private readonly NpgsqlConnection _connection;
    private readonly bool _isBorrowed;

    private LogSnapshot(NpgsqlConnection connection, NpgsqlDataReader head, bool isBorrowed)
    {
        (_connection, _isBorrowed) = (connection, isBorrowed);
        (End, Anchor) = head.Read()
            ? (LogStatements.ReadEnd(head), new AuditAnchor(head.GetInt64(4), head.GetString(5)))
            : throw new StoreException("the database has lost its head; restore it from a backup");
    }

    public LogEnd End { get; }

    /// <summary>Where the audit log begins.</summary>
    public AuditAnchor Anchor { get; }

    public static LogSnapshot Open(NpgsqlDataSource source)
    {
        var connection = source.OpenConnection();
        try
        {
            using var batch = new NpgsqlBatch(connection) { Timeout = Patience, BatchCommands = { new NpgsqlBatchCommand("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"), new NpgsqlBatchCommand(Head) } };
            using var reader = batch.ExecuteReader();
            return new LogSnapshot(connection, reader, isBorrowed: false);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The same within a transaction that has the head locked, and goes on.</summary>
    public static LogSnapshot Within(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Head, connection);
        using var reader = command.ExecuteReader();
        return new LogSnapshot(connection, reader, isBorrowed: true);
    }

    /// <summary>In the order in which they were first written.</summary>
    public IEnumerable<Item> Items() => Read(ItemColumns + " ORDER BY place", ReadItem);

    /// <summary>Those of some kinds alone.</summary>
    public IEnumerable<Item> ItemsOf(params string[] kinds) => Read(ItemColumns + " WHERE kind = ANY($1) ORDER BY place", ReadItem, new NpgsqlParameter<string[]> { TypedValue = kinds });

    /// <summary>Instances alone, with their bodies as they come.</summary>
    public IEnumerable<(string Key, long Revision, byte[] Body)> Instances() => Read(
        "SELECT key, revision, body FROM item WHERE kind = $1 ORDER BY place", static row => (row.GetString(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2)), LogStatements.Of(ItemKind.Instance));

    /// <summary>The rest, in the order in which they were first written.</summary>
    public IEnumerable<Item> ItemsButInstances() => Read(ItemColumns + " WHERE kind <> $1 ORDER BY place", ReadItem, LogStatements.Of(ItemKind.Instance));

    public AuditBlock? FindBlockBefore(long sequence) => FindBlock("first_sequence < $1 ORDER BY first_sequence DESC LIMIT 1", sequence);

    public AuditBlock? FindBlockAfter(long sequence) => FindBlock("first_sequence > $1 ORDER BY first_sequence LIMIT 1", sequence);

    public IEnumerable<AuditBlock> Blocks() => Read(BlockColumns + " ORDER BY first_sequence", LogStatements.ReadBlock);

    /// <summary>What it has, to compare.</summary>
    public Contents Sum()
    {
        var contents = new Contents { Numbers = (End.Revision, End.Index), AuditStart = Anchor };
        foreach (var item in Items())
        {
            contents.Add(item);
        }

        foreach (var block in Blocks())
        {
            contents.Add(block);
        }

        return contents;
    }

    public void Dispose()
    {
        if (!_isBorrowed)
        {
            // With its transaction.
            NpgsqlConnection.ClearPool(_connection);
            _connection.Dispose();
        }
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
