namespace Portlight.Storage.Sqlite;

/// <summary>The tables <c>audit_block</c> and <c>audit_anchor</c>.</summary>
internal sealed class AuditRows(Database database)
{
    private const string Columns = "first_sequence, count, newest_at, lines";

    private readonly Statement _before = database.Prepare($"SELECT {Columns} FROM audit_block WHERE first_sequence < ? ORDER BY first_sequence DESC LIMIT 1");
    private readonly Statement _after = database.Prepare($"SELECT {Columns} FROM audit_block WHERE first_sequence > ? ORDER BY first_sequence LIMIT 1");
    private readonly Statement _anchor = database.Prepare("SELECT sequence, hash FROM audit_anchor");
    private readonly Statement _insert = database.Prepare($"INSERT INTO audit_block ({Columns}) VALUES (?, ?, ?, ?)");
    private readonly Statement _oldest = database.Prepare("SELECT first_sequence, count, newest_at FROM audit_block ORDER BY first_sequence LIMIT ?");
    private readonly Statement _delete = database.Prepare("DELETE FROM audit_block WHERE first_sequence <= ?");
    private readonly PackedLines _packed = new();
    private readonly Statement _moveAnchor = database.Prepare("UPDATE audit_anchor SET sequence = ?, hash = ?");

    public AuditBlock? FindBefore(long sequence) => Find(_before, sequence);

    public AuditBlock? FindAfter(long sequence) => Find(_after, sequence);

    public AuditAnchor FindAnchor()
    {
        using var run = _anchor.Begin();
        return run.Step()
            ? new AuditAnchor(run.Int64(0), run.Text(1))
            : throw new StoreException("the database has no audit anchor: it is damaged; restore it from a backup");
    }

    /// <summary>Where the chain goes on.</summary>
    /// <exception cref="StoreException">It cannot be told: that part of the log is damaged.</exception>
    public AuditAnchor FindEnd()
    {
        var end = FindBefore(long.MaxValue)?.End() ?? FindAnchor();
        return end.Hash.Length == AuditChain.HashLength
            ? end
            : throw new StoreException("the audit anchor in the database is no hash: it is damaged; restore it from a backup") { IsAuditDamage = true };
    }

    public void Insert(AuditBlock block)
    {
        using var run = _insert.Begin();
        run.Bind(block.FirstSequence);
        run.Bind(block.Count);
        run.Bind(block.NewestAt);
        run.BindBlob(block.Packed.IsEmpty ? _packed.Pack(block.Lines.Span) : block.Packed.Span);
        run.Step();
    }

    /// <summary>Removes the oldest blocks that have nothing newer, up to a number of blocks and of events, and lets the chain begin after them.</summary>
    public (long Removed, bool HasMore) Prune(DateTimeOffset until, int maxBlocks, int maxEvents)
    {
        var (last, events, blocks, hasMore) = (0L, 0L, 0, false);
        using (var run = _oldest.Begin())
        {
            run.Bind(maxBlocks);
            while (run.Step() && Time(run) < until && !hasMore)
            {
                (last, events) = (run.Int64(0), events + run.Int64(1));
                hasMore = ++blocks == maxBlocks || events >= maxEvents;
            }
        }

        if (blocks > 0)
        {
            // Read first: when the last line is damaged, nothing is removed.
            Forget(FindAfter(last - 1)!.End());
        }

        return (events, hasMore);
    }

    /// <summary>Removes every block up to an event, and lets the chain begin after it.</summary>
    public void Forget(AuditAnchor upTo)
    {
        Run(_moveAnchor, upTo);
        using var run = _delete.Begin();
        run.Bind(upTo.Sequence);
        run.Step();
    }

    private static AuditBlock? Find(Statement statement, long sequence)
    {
        using var run = statement.Begin();
        run.Bind(sequence);
        return run.Step() ? new AuditBlock(run.Int64(0), (int)run.Int64(1), Time(run), run.IsText(3) ? run.Bytes(3).ToArray() : PackedLines.Unpack(run.Bytes(3))) : null;
    }

    /// <summary>No number that somebody puts here must keep the log from being read.</summary>
    private static DateTimeOffset Time(in Execution run) => new(Math.Clamp(run.Int64(2), 0, DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero);

    private static void Run(Statement statement, AuditAnchor to)
    {
        using var run = statement.Begin();
        run.Bind(to.Sequence);
        run.Bind(to.Hash);
        run.Step();
    }
}
