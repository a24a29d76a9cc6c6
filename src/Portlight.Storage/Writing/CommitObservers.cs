namespace Portlight.Storage;

/// <summary>The observers that are told, on the writer's thread, of what has become durable: those of changes of instances, the one of the hosts and the one of the audit log.</summary>
internal sealed class CommitObservers(long auditSequence)
{
    private Action<IReadOnlyList<InstanceChange>>? _changes;
    private Action<IReadOnlyCollection<string>>? _hosts;
    private Action<long>? _audit;
    private long _toldSequence = auditSequence;

    public void Observe(Action<IReadOnlyList<InstanceChange>> action)
    {
        Action<IReadOnlyList<InstanceChange>>? before;
        do
        {
            before = Volatile.Read(ref _changes);
        }
        while (Interlocked.CompareExchange(ref _changes, before + action, before) != before);
    }

    public void ObserveHosts(Action<IReadOnlyCollection<string>> action)
    {
        if (Interlocked.CompareExchange(ref _hosts, action, null) is not null)
        {
            throw new InvalidOperationException("the hosts are observed already");
        }
    }

    public void ObserveAudit(Action<long> action)
    {
        if (Interlocked.CompareExchange(ref _audit, action, null) is not null)
        {
            throw new InvalidOperationException("the audit log is observed already");
        }
    }

    /// <summary>Writer only. Returns what one of them has thrown, as the reason to stop; else null.</summary>
    public StoreException? Tell(IReadOnlyList<InstanceChange> committed, IReadOnlyCollection<string> hosts, long sequence)
    {
        try
        {
            if (committed.Count > 0)
            {
                Volatile.Read(ref _changes)?.Invoke(committed);
            }

            if (hosts.Count > 0)
            {
                Volatile.Read(ref _hosts)?.Invoke(hosts);
            }

            if (sequence != _toldSequence)
            {
                _toldSequence = sequence;
                Volatile.Read(ref _audit)?.Invoke(sequence);
            }

            return null;
        }
        catch (Exception thrown)
        {
            return new StoreException($"the store has stopped because what follows its commits has failed: {thrown.Message}", thrown);
        }
    }
}
