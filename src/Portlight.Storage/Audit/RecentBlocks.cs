namespace Portlight.Storage;

/// <summary>The last blocks of the audit log, for the one who follows it: reading back and unpacking what has just been written would cost as much as writing it. Bounded.</summary>
internal sealed class RecentBlocks
{
    /// <summary>Bytes of lines; the last block stays, however long.</summary>
    public const int MaxBytes = 2 << 20;

    private readonly Lock _gate = new();
    private readonly Queue<AuditBlock> _blocks = [];
    private long _bytes;

    /// <summary>The block that begins with the next event, if it is here. Those before it are forgotten: the one who follows has had them.</summary>
    public AuditBlock? FindAfter(long sequence)
    {
        lock (_gate)
        {
            while (_blocks.TryPeek(out var had) && had.LastSequence <= sequence)
            {
                _bytes -= _blocks.Dequeue().Lines.Length;
            }

            foreach (var block in _blocks)
            {
                if (block.FirstSequence == sequence + 1)
                {
                    return block;
                }
            }

            return null;
        }
    }

    /// <summary>Writer only: blocks that are durable.</summary>
    public void Add(List<AuditBlock> durable)
    {
        lock (_gate)
        {
            foreach (var block in durable)
            {
                _blocks.Enqueue(block);
                _bytes += block.Lines.Length;
            }

            while (_bytes > MaxBytes && _blocks.Count > 1)
            {
                _bytes -= _blocks.Dequeue().Lines.Length;
            }
        }
    }

    /// <summary>Writer only: blocks are being forgotten.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _blocks.Clear();
            _bytes = 0;
        }
    }
}
