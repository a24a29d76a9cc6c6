using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>What a batch of this server writes to the database beside its events. By the writer's thread alone.</summary>
internal sealed class BatchItems(Connection mirror, AppliedWatermark applied, NewerRows newer) : IDisposable
{
    private readonly ItemWriter _items = new(mirror, applied, newer);

    public IReadOnlyList<Item> Items => _items.Items;

    /// <summary>The revision of the last change of an instance; null without one.</summary>
    public long? Revision => _items.Revision;

    /// <summary>Up to where the batch forgets events; null where it does not.</summary>
    public AuditAnchor? Forgotten { get; private set; }

    /// <summary>Does something within the batch, in the mirror, and notes what of it is for the database.</summary>
    public void Run(Work work, Batch batch)
    {
        if (work is PlannedWrite { Plan: { } plan })
        {
            plan.Changes.WriteTo(_items); // before it is written: what it removes can still be looked up
        }

        work.Run(batch);
        if (work is PruneChunk prune)
        {
            foreach (var id in prune.Removed)
            {
                _items.DeleteOperation(id);
            }
        }
        else if (work is AuditPruneChunk)
        {
            Forgotten = mirror.Audit.FindAnchor();
        }
    }

    /// <summary>Up to where a host is.</summary>
    public void WriteApplied(string host, long revision) => _items.WriteApplied(host, revision);

    public void Clear()
    {
        _items.Clear();
        Forgotten = null;
    }

    public void Dispose() => _items.Dispose();
}
