using Npgsql;
using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>The statements of the log, with what goes into them and what comes out. Values are parameters; nothing of a caller gets into their text.</summary>
internal static class LogStatements
{
    public const string End = "SELECT position, batch, revision, instance_index FROM head WHERE one = 1";

    /// <summary>Asked beside the writer; a standby answers too, and must not be believed.</summary>
    public const string EndOfPrimary = "SELECT position, batch, revision, instance_index, pg_is_in_recovery() FROM head WHERE one = 1";

    public const string Begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

    /// <summary>How many batches stay for those who follow; a mirror that is further behind is made anew.</summary>
    public const long Kept = 1 << 16;

    /// <summary>Every so many batches old ones are deleted.</summary>
    private const long DeletedEvery = 1 << 10;

    /// <summary>The place of an item is the position of its batch, times two to this, and its own in there.</summary>
    public const int PlacesOfBatch = 20;

    // The item of a key that a batch writes twice is the last; all of them are in the batch. Sent once, used twice.
    private const string Write = """
        WITH written AS (
            INSERT INTO item (kind, key, place, revision, body)
            SELECT kind, key, ($7 << 20) + place, NULLIF(revision, 0), body
            FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::boolean[], $6::boolean[]) WITH ORDINALITY u (kind, key, revision, body, removed, is_last, place)
            WHERE is_last AND NOT removed
            ON CONFLICT (kind, key) DO UPDATE SET revision = excluded.revision, body = excluded.body)
        INSERT INTO batch (position, id, revision, instance_index, kinds, keys, revisions, bodies, removals, anchor_sequence, anchor_hash)
        VALUES ($7, $8, $9, $10, $1, $2, $3, $4, $5, $11, $12)
        """;

    private const string Remove = """
        DELETE FROM item USING unnest($1::text[], $2::text[]) u (kind, key) WHERE item.kind = u.kind AND item.key = u.key
        """;

    private const string WriteAudit = "INSERT INTO audit (first_sequence, count, newest_at, position, lines) VALUES ($1, $2, $3, $4, $5)";

    private const string ForgetAudit = "DELETE FROM audit WHERE first_sequence <= $1";

    public const string MoveAnchor = "UPDATE head SET anchor_sequence = $1, anchor_hash = $2 WHERE one = 1";

    private const string DeleteOld = "DELETE FROM batch WHERE position <= $1";

    private const string MoveEnd = "UPDATE head SET position = $1, batch = $2, revision = $3, instance_index = $4 WHERE one = 1 AND position = $1 - 1";

    private const string Batches = """
        SELECT position, id, revision, instance_index, kinds, keys, revisions, bodies, removals, anchor_sequence, anchor_hash
        FROM batch WHERE position > $1 ORDER BY position LIMIT 64
        """;

    private const string Blocks = "SELECT first_sequence, count, newest_at, lines, position FROM audit WHERE first_sequence > $1 AND position > $2 AND position <= $2 + 64 ORDER BY first_sequence";

    /// <summary>Everything of a batch and the commit, in one round trip; the head is locked.</summary>
    public static void Add(NpgsqlBatch to, LogBatch batch)
    {
        var items = batch.Items;
        var seen = new HashSet<(string, string)>(items.Count);
        var isLast = new bool[items.Count];
        for (var at = items.Count - 1; at >= 0; at--)
        {
            isLast[at] = seen.Add((items[at].Kind, items[at].Key));
        }

        var end = batch.End;
        to.BatchCommands.Add(Command(
            Write,
            Of(items.Select(item => item.Kind).ToArray()),
            Of(items.Select(item => item.Key).ToArray()),
            Of(items.Select(item => item.Revision ?? 0).ToArray()),
            Of(items.Select(item => item.Body).ToArray()),
            Of(items.Select(item => item.IsRemoval).ToArray()),
            Of(isLast),
            Of(end.Position),
            Of(end.Batch),
            Of(end.Revision),
            Of(end.Index),
            OrNull(batch.Forgotten?.Sequence),
            OrNull(batch.Forgotten?.Hash)));
        var removed = items.Where((item, at) => item.IsRemoval && isLast[at]).ToList();
        if (removed.Count > 0)
        {
            to.BatchCommands.Add(Command(Remove, Of(removed.ConvertAll(item => item.Kind).ToArray()), Of(removed.ConvertAll(item => item.Key).ToArray())));
        }

        foreach (var block in batch.Blocks)
        {
            to.BatchCommands.Add(Command(
                WriteAudit, Of(block.FirstSequence), Of(block.Count), Of(block.NewestAt.UtcTicks), Of(end.Position), Of(block.Packed.IsEmpty ? throw new System.Diagnostics.UnreachableException("a block that nobody has packed") : block.Packed)));
        }

        if (batch.Forgotten is { } anchor)
        {
            to.BatchCommands.Add(Command(ForgetAudit, Of(anchor.Sequence)));
            to.BatchCommands.Add(Command(MoveAnchor, Of(anchor.Sequence), Of(anchor.Hash)));
        }

        if (end.Position % DeletedEvery == 0)
        {
            to.BatchCommands.Add(Command(DeleteOld, Of(end.Position - Kept)));
        }

        to.BatchCommands.Add(Command(MoveEnd, Of(end.Position), Of(end.Batch), Of(end.Revision), Of(end.Index)));
        to.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
    }

    /// <summary>What was written after a position: whether it is still what it was, then the batches, then their events.</summary>
    public static void AddReads(NpgsqlBatch to, LogEnd known, long auditSequence)
    {
        to.BatchCommands.Add(Command("SELECT id FROM batch WHERE position = $1", Of(known.Position)));
        to.BatchCommands.Add(Command(Batches, Of(known.Position)));
        to.BatchCommands.Add(Command(Blocks, Of(auditSequence), Of(known.Position)));
    }

    /// <summary>Forgets every batch, and ends the order with one that has nothing in it.</summary>
    public static void AddHistory(NpgsqlBatch to, LogEnd end)
    {
        to.Timeout = 60; // 65,536 rows go
        to.BatchCommands.Add(new NpgsqlBatchCommand("DELETE FROM batch"));
        to.BatchCommands.Add(Command(
            "INSERT INTO batch (position, id, revision, instance_index, kinds, keys, revisions, bodies, removals) VALUES ($1, $2, $3, $4, '{}', '{}', '{}', '{}', '{}')",
            Of(end.Position),
            Of(end.Batch),
            Of(end.Revision),
            Of(end.Index)));
        to.BatchCommands.Add(Command("UPDATE head SET position = $1, batch = $2, revision = $3, instance_index = $4 WHERE one = 1", Of(end.Position), Of(end.Batch), Of(end.Revision), Of(end.Index)));
    }

    /// <summary>A write that changes nothing, and the commit.</summary>
    public static void AddConfirmation(NpgsqlBatch to)
    {
        to.BatchCommands.Add(new NpgsqlBatchCommand("UPDATE head SET position = position WHERE one = 1"));
        to.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
    }

    /// <summary>
    /// What a batch writes for those who follow is compressed, because it is longer than a row may be. By LZ4 a batch of 64 Puts takes PostgreSQL a third of the time that it takes by its own method
    /// (bench/README.md), which stays where LZ4 was not built in.
    /// </summary>
    public static void CompressQuickly(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("SELECT set_config(name, 'lz4', false) FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)", connection);
        command.ExecuteNonQuery();
    }

    /// <summary>Whether commits wait for no standby.</summary>
    public static bool IsAlone(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("SELECT current_setting('synchronous_standby_names') = ''", connection);
        return command.ExecuteScalar() is true;
    }

    /// <summary>Which batch has a position; null for none.</summary>
    public static Guid? FindBatch(NpgsqlConnection connection, long position)
    {
        using var command = new NpgsqlCommand("SELECT id FROM batch WHERE position = $1", connection) { Parameters = { Of(position) } };
        return command.ExecuteScalar() as Guid?;
    }

    /// <summary>Which position a batch has; null when it is not there, or not any more.</summary>
    public static long? FindPosition(NpgsqlConnection connection, Guid batch)
    {
        using var command = new NpgsqlCommand("SELECT position FROM batch WHERE id = $1", connection) { Parameters = { Of(batch) } };
        return command.ExecuteScalar() as long?;
    }

    /// <summary>Where what is stored has moved to; null where it has not.</summary>
    public static MoveMark? FindMark(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("SELECT body FROM item WHERE kind = $1", connection) { Parameters = { Of(ItemKind.Moved) } };
        return command.ExecuteScalar() is string body ? MoveMarkJson.Read(body) : null;
    }

    public static LogEnd ReadEnd(NpgsqlDataReader row) => new(row.GetInt64(0), row.GetGuid(1), row.GetInt64(2), row.GetInt64(3));

    public static LogBatch ReadBatch(NpgsqlDataReader row)
    {
        var (kinds, keys) = (row.GetFieldValue<string[]>(4), row.GetFieldValue<string[]>(5));
        var (revisions, bodies, removals) = (row.GetFieldValue<long[]>(6), row.GetFieldValue<string[]>(7), row.GetFieldValue<bool[]>(8));
        return new LogBatch
        {
            End = ReadEnd(row),
            Items = [.. kinds.Select((kind, at) => new Item(kind, keys[at], revisions[at] == 0 ? null : revisions[at], bodies[at], removals[at]))],
            Blocks = [],
            Forgotten = row.IsDBNull(9) ? null : new AuditAnchor(row.GetInt64(9), row.GetString(10)),
        };
    }

    public static AuditBlock ReadBlock(NpgsqlDataReader row)
    {
        var packed = row.GetFieldValue<byte[]>(3);
        return new AuditBlock(row.GetInt64(0), row.GetInt32(1), new DateTimeOffset(row.GetInt64(2), TimeSpan.Zero), PackedLines.Unpack(packed)) { Packed = packed };
    }

    public static NpgsqlBatchCommand Command(string text, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(text);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    public static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter OrNull(long? value) => value is { } number ? Of(number) : new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint };

    private static NpgsqlParameter OrNull(string? value) => value is { } text ? Of(text) : new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };
}
