using Npgsql;
using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>The statements of a move. Values are parameters.</summary>
internal static class LogMove
{
    private const string AddItems = """
        INSERT INTO item (kind, key, place, revision, body)
        SELECT kind, key, $5 + place, NULLIF(revision, 0), body FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) WITH ORDINALITY u (kind, key, revision, body, place)
        """;

    private const string AddBlocks = """
        INSERT INTO audit (first_sequence, count, newest_at, position, lines)
        SELECT first_sequence, count, newest_at, $5, lines FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::bytea[]) u (first_sequence, count, newest_at, lines)
        """;

    private const string WriteMark = """
        INSERT INTO item (kind, key, place, body) VALUES ($1, '', $2, $3) ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body
        """;

    /// <summary>Rows, one by one: readers go on with what was there.</summary>
    public static void AddEmptying(NpgsqlBatch to)
    {
        to.BatchCommands.Add(new NpgsqlBatchCommand("DELETE FROM item"));
        to.BatchCommands.Add(new NpgsqlBatchCommand("DELETE FROM audit"));
    }

    public static void Add(NpgsqlBatch to, Item[] items, long place) => to.BatchCommands.Add(LogStatements.Command(
        AddItems,
        LogStatements.Of(Array.ConvertAll(items, item => item.Kind)),
        LogStatements.Of(Array.ConvertAll(items, item => item.Key)),
        LogStatements.Of(Array.ConvertAll(items, item => item.Revision ?? 0)),
        LogStatements.Of(Array.ConvertAll(items, item => item.Body)),
        LogStatements.Of(place)));

    public static void Add(NpgsqlBatch to, AuditBlock[] blocks, long position, PackedLines packed) => to.BatchCommands.Add(LogStatements.Command(
        AddBlocks,
        LogStatements.Of(Array.ConvertAll(blocks, block => block.FirstSequence)),
        LogStatements.Of(Array.ConvertAll(blocks, block => block.Count)),
        LogStatements.Of(Array.ConvertAll(blocks, block => block.NewestAt.UtcTicks)),
        LogStatements.Of(Array.ConvertAll(blocks, block => packed.Pack(block.Lines.Span).ToArray())),
        LogStatements.Of(position)));

    /// <summary>The end of what was written, and where its audit log begins.</summary>
    public static void AddEnd(NpgsqlBatch to, LogEnd end, AuditAnchor? start)
    {
        LogStatements.AddHistory(to, end);
        to.BatchCommands.Add(LogStatements.Command(LogStatements.MoveAnchor, LogStatements.Of(start?.Sequence ?? 0), LogStatements.Of(start?.Hash ?? AuditChain.Genesis)));
    }

    public static void AddMark(NpgsqlBatch to, MoveMark mark, LogEnd end) => to.BatchCommands.Add(LogStatements.Command(
        WriteMark, LogStatements.Of(ItemKind.Moved), LogStatements.Of(end.Position << LogStatements.PlacesOfBatch), LogStatements.Of(MoveMarkJson.Write(mark))));

    public static void AddNoMark(NpgsqlBatch to) => to.BatchCommands.Add(LogStatements.Command("DELETE FROM item WHERE kind = $1", LogStatements.Of(ItemKind.Moved)));

    public static void AddCommit(NpgsqlBatch to)
    {
        to.Timeout = 60;
        to.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
    }
}
