using System.Collections.Immutable;
using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>Reads everything that a database has into an empty file of SQLite: a mirror that begins, a backup, an installation that moves.</summary>
internal static class SnapshotReading
{
    /// <summary>So many items are read into memory at once: few enough that what was made of them is gone before the collector looks for what stays.</summary>
    private const int Chunk = 512;

    /// <summary>So many times that are ready at most.</summary>
    private const int Ready = 3;

    /// <summary>Of the audit log, each up to a mebibyte.</summary>
    private const int Blocks = 64;

    /// <param name="connection">The file, open and empty.</param>
    /// <param name="snapshot">What the database has.</param>
    /// <param name="time">The clock.</param>
    /// <param name="atEnd">Called within the last transaction; without it, what was read is not whole.</param>
    /// <param name="newer">Keeps what nobody here knows; without it such is refused, because a file cannot keep it.</param>
    /// <param name="contents">Given what was read, as it would be written today, where that is to be compared; a mirror has no use for it.</param>
    /// <param name="told">Told what was read, every now and then.</param>
    public static void Fill(Connection connection, LogSnapshot snapshot, TimeProvider time, Action<LogEnd> atEnd, NewerRows? newer = null, Contents? contents = null, Action<string, long>? told = null)
    {
        var (count, events) = (0L, 0L);
        using var inbox = new AuditInbox(time, static () => { });
        var (applied, late, operations, recent) = (new AppliedWatermark(0, ImmutableDictionary<string, long>.Empty), new LatePorts(), new LateOperations(), new RecentBlocks());
        var caches = new RowCaches();
        var audit = new AuditTail(connection.Audit.FindEnd(), inbox, recent);
        var batch = new Batch(connection, caches, applied, audit, late, operations, new CommitOrder(0, snapshot.End.Index));
        using var writer = new ItemWriter(connection, applied);
        var indexes = new LaterIndexes(connection.Database);
        if (contents is null)
        {
            foreach (var instances in ReadAhead.Of(snapshot.Instances().Select(row => ItemReader.ReadInstance(row.Key, row.Revision, row.Body, newer)).Chunk(Chunk), Ready))
            {
                // Not by way of changes, which know what was before and what is in memory: nothing is.
                Array.ForEach(instances, read => batch.Rows.Instances.Fill(read.Instance, read.Body));
                batch.Follow(new Changes(), [], null, static () => { });
                told?.Invoke(ItemKind.Instance, count += instances.Length);
            }
        }

        foreach (var (items, changes, hosts) in ReadAhead.Of((contents is null ? snapshot.ItemsButInstances() : snapshot.Items()).Chunk(Chunk).Select(items => Read(items, newer)), Ready))
        {
            foreach (var (host, revision) in hosts)
            {
                applied.Raise(host, revision);
                writer.WriteApplied(host, revision);
            }

            if (contents is not null)
            {
                changes.WriteTo(writer);
                writer.Items.ForEach(item => contents.Add(item));
            }

            writer.Clear();
            batch.Follow(changes, [], null, static () => { });
            told?.Invoke(items[^1].Kind, count += items.Length);
        }

        batch.Follow(new Changes(), [], snapshot.Anchor, static () => { });
        foreach (var blocks in snapshot.Blocks().Chunk(Blocks))
        {
            Array.ForEach(blocks, block =>
            {
                contents?.Add(block);
                events += block.Count;
            });
            batch.Follow(new Changes(), blocks, null, static () => { });
            told?.Invoke("event", events);
        }

        batch.Follow(new Changes(), [], null, () =>
        {
            indexes.Make();
            newer?.Mark();
            connection.Counters.Write(CounterRows.Revision, snapshot.End.Revision);
            connection.Counters.Write(CounterRows.InstanceIndex, snapshot.End.Index);
            atEnd(snapshot.End);
        });
    }

    /// <summary>What items say. Reading it takes as long as writing it, and is done beside that.</summary>
    private static (Item[] Items, Changes Changes, List<(string Host, long Revision)> Applied) Read(Item[] items, NewerRows? newer)
    {
        var (changes, applied) = (new Changes(), new List<(string Host, long Revision)>());
        ItemReader.Read(items, changes, newer, (host, revision) => applied.Add((host, revision)));
        return (items, changes, applied);
    }
}
