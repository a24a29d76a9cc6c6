namespace Portlight.Storage.Sqlite;

/// <summary>The observers that are told, on the writer's thread, of what has become durable: those of changes of instances, and the one of the audit log.</summary>
internal sealed class CommitObservers(long auditSequence)
{
    private Action<IReadOnlyList<InstanceChange>>? changes;
    private Action<long>? audit;
    private long toldSequence = auditSequence;

    public void Observe(Action<IReadOnlyList<InstanceChange>> action)
    {
        Action<IReadOnlyList<InstanceChange>>? before;
        do
        {
            before = Volatile.Read(ref changes);
        }
        while (Interlocked.CompareExchange(ref changes, before + action, before) != before);
    }

    public void ObserveAudit(Action<long> action)
    {
        if (Interlocked.CompareExchange(ref audit, action, null) is not null)
        {
            throw new InvalidOperationException("the audit log is observed already");
        }
    }

    /// <summary>Writer only. Returns what one of them has thrown, as the reason to stop; else null.</summary>
    public StoreException? Tell(IReadOnlyList<InstanceChange> committed, long sequence)
    {
        try
        {
            if (committed.Count > 0)
            {
                Volatile.Read(ref changes)?.Invoke(committed);
            }

            if (sequence != toldSequence)
            {
                toldSequence = sequence;
                Volatile.Read(ref audit)?.Invoke(sequence);
            }

            return null;
        }
        catch (Exception thrown)
        {
            return new StoreException($"the store has stopped because what follows its commits has failed: {thrown.Message}", thrown);
        }
    }
}
