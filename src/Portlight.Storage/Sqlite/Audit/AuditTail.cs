using System.Buffers;
using System.Text;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// The end of the audit log, where the writer's thread adds events: gives them numbers and hashes and collects those of a batch into as few rows as may be.
/// Numbers and hashes of a batch that is undone are given out again.
/// </summary>
internal sealed class AuditTail
{
    /// <summary>A block is ended once it has this much: a reader of the log reads whole blocks.</summary>
    public const int BlockBytes = 1 << 20;

    private readonly AuditInbox inbox;
    private readonly RecentBlocks recent;
    private readonly List<AuditBlock> written = [];
    private readonly ArrayBufferWriter<byte> lines = new();
    private readonly byte[] hash = new byte[AuditChain.HashLength];
    private readonly byte[] committedHash = new byte[AuditChain.HashLength];
    private readonly List<AuditInbox.Arrival> taken = [];
    private long sequence;
    private long committedSequence;
    private int count;
    private DateTimeOffset newest;

    public AuditTail(AuditAnchor end, AuditInbox inbox, RecentBlocks recent)
    {
        (this.inbox, this.recent) = (inbox, recent);
        sequence = committedSequence = end.Sequence;
        Encoding.ASCII.GetBytes(end.Hash, hash);
        hash.CopyTo(committedHash, 0);
    }

    /// <summary>Number of the last durable event.</summary>
    public long CommittedSequence => committedSequence;

    /// <summary>Whether events that no write carries wait for a commit.</summary>
    public bool HasWaiting => CountWaiting() > 0;

    public int CountWaiting() => taken.Count + inbox.Count;

    public void Add(AuditEvent recorded, AuditRows rows)
    {
        AuditChain.Append(hash, ++sequence, recorded, lines);
        newest = count == 0 || recorded.At > newest ? recorded.At : newest;
        count++;
        if (lines.WrittenCount >= BlockBytes)
        {
            EndBlock(rows);
        }
    }

    /// <summary>Writes what the batch has recorded, and what has waited for company. Of the latter only so much that the commit stays short.</summary>
    public void Write(AuditRows rows)
    {
        inbox.TakeInto(taken, BlockBytes - taken.Sum(arrival => (long)arrival.Event.Json.Length));
        foreach (var arrival in taken)
        {
            Add(arrival.Event, rows);
        }

        EndBlock(rows);
    }

    /// <summary>What was written is durable.</summary>
    public void Committed()
    {
        committedSequence = sequence;
        hash.CopyTo(committedHash, 0);
        recent.Add(written);
        written.Clear();
        inbox.Release(taken);
        taken.Clear();
    }

    /// <summary>Nothing of it is. What came from the inbox and nobody waits for stays taken, for the next commit.</summary>
    public void Undo(StoreException failure)
    {
        sequence = committedSequence;
        committedHash.CopyTo(hash, 0);
        lines.ResetWrittenCount();
        count = 0;
        written.Clear();
        inbox.Fail(failure, taken);
    }

    /// <summary>Forgets old blocks, and with them what is in memory.</summary>
    public (long Removed, bool HasMore) Prune(AuditRows rows, DateTimeOffset before, int maxBlocks, int maxEvents)
    {
        recent.Clear();
        return rows.Prune(before, maxBlocks, maxEvents);
    }

    private void EndBlock(AuditRows rows)
    {
        if (count > 0)
        {
            var block = new AuditBlock(sequence - count + 1, count, newest.ToUniversalTime(), lines.WrittenSpan.ToArray());
            rows.Insert(block);
            written.Add(block);
            lines.ResetWrittenCount();
            count = 0;
        }
    }
}
