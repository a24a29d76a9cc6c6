using System.Buffers;
using System.Text;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// The end of the audit log, where the writer's thread adds events: gives them numbers and hashes and collects those of a batch into as few rows as may be.
/// Numbers and hashes of a batch that is undone are given out again.
/// </summary>
internal sealed class AuditTail
{
    private readonly AuditInbox _inbox;
    private readonly RecentBlocks _recent;
    private readonly PackedLines? _packed;
    private readonly List<AuditBlock> _written = [];
    private readonly ArrayBufferWriter<byte> _lines = new();
    private readonly byte[] _hash = new byte[AuditChain.HashLength];
    private readonly byte[] _committedHash = new byte[AuditChain.HashLength];
    private readonly List<AuditInbox.Arrival> _taken = [];
    private long _sequence;
    private long _committedSequence;
    private int _count;
    private DateTimeOffset _newest;

    /// <param name="end">Where the log ends.</param>
    /// <param name="inbox">What has waited for company.</param>
    /// <param name="recent">Where those who follow find what has become durable.</param>
    /// <param name="packed">Where blocks are written to more than one place: makes them small once for all.</param>
    public AuditTail(AuditAnchor end, AuditInbox inbox, RecentBlocks recent, PackedLines? packed = null)
    {
        _packed = packed;
        (_inbox, _recent) = (inbox, recent);
        _sequence = _committedSequence = end.Sequence;
        Encoding.ASCII.GetBytes(end.Hash, _hash);
        _hash.CopyTo(_committedHash, 0);
    }

    /// <summary>Number of the last durable event.</summary>
    public long CommittedSequence => _committedSequence;

    /// <summary>What the batch has written.</summary>
    public IReadOnlyList<AuditBlock> Written => _written;

    /// <summary>Whether events that no write carries wait for a commit.</summary>
    public bool HasWaiting => CountWaiting() > 0;

    public int CountWaiting() => _taken.Count + _inbox.Count;

    public void Add(AuditEvent recorded, AuditRows rows)
    {
        AuditChain.Append(_hash, ++_sequence, recorded, _lines);
        _newest = _count == 0 || recorded.At > _newest ? recorded.At : _newest;
        _count++;
        if (_lines.WrittenCount >= AuditBlock.FullBytes)
        {
            EndBlock(rows);
        }
    }

    /// <summary>Writes what the batch has recorded, and what has waited for company. Of the latter only so much that the commit stays short.</summary>
    public void Write(AuditRows rows)
    {
        _inbox.TakeInto(_taken, AuditInbox.EnoughBytes - _taken.Sum(arrival => (long)arrival.Event.Json.Length));
        foreach (var arrival in _taken)
        {
            Add(arrival.Event, rows);
        }

        EndBlock(rows);
    }

    /// <summary>What was written is durable.</summary>
    public void Committed()
    {
        _committedSequence = _sequence;
        _hash.CopyTo(_committedHash, 0);
        _recent.Add(_written);
        _written.Clear();
        _inbox.Release(_taken);
        _taken.Clear();
    }

    /// <summary>Nothing of it is. What came from the inbox and nobody waits for stays taken, for the next commit.</summary>
    public void Undo(StoreException failure)
    {
        _sequence = _committedSequence;
        _committedHash.CopyTo(_hash, 0);
        _lines.ResetWrittenCount();
        _count = 0;
        _written.Clear();
        _inbox.Fail(failure, _taken);
    }

    /// <summary>Takes over events that another store of the same database has recorded: the chain goes on after them.</summary>
    /// <param name="blocks">The events.</param>
    /// <param name="forgotten">Up to where that store has forgotten events; null where it has not.</param>
    /// <param name="rows">Where they are kept.</param>
    public void Follow(IReadOnlyList<AuditBlock> blocks, AuditAnchor? forgotten, AuditRows rows)
    {
        foreach (var block in blocks)
        {
            rows.Insert(block);
            _written.Add(block);
        }

        if (forgotten is not null)
        {
            _recent.Clear();
            rows.Forget(forgotten);
        }

        if ((blocks is [.., var last] ? last.End() : forgotten) is { } end && end.Sequence > _sequence)
        {
            _sequence = end.Sequence;
            Encoding.ASCII.GetBytes(end.Hash, _hash);
        }
    }

    /// <summary>Forgets old blocks, and with them what is in memory.</summary>
    public (long Removed, bool HasMore) Prune(AuditRows rows, DateTimeOffset before, int maxBlocks, int maxEvents)
    {
        _recent.Clear();
        return rows.Prune(before, maxBlocks, maxEvents);
    }

    private void EndBlock(AuditRows rows)
    {
        if (_count > 0)
        {
            var block = new AuditBlock(_sequence - _count + 1, _count, _newest.ToUniversalTime(), _lines.WrittenSpan.ToArray())
            {
                Packed = _packed is null ? default : _packed.Pack(_lines.WrittenSpan).ToArray(),
            };
            rows.Insert(block);
            _written.Add(block);
            _lines.ResetWrittenCount();
            _count = 0;
        }
    }
}
