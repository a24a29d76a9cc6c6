using Portlight.Storage;

namespace Portlight.Server.Tests;

/// <summary>A server's store, between which and the server a test stands.</summary>
internal abstract class ForwardingStore(IStore store) : IStore
{
    public IStoreView View => store.View;

    public long Revision => store.Revision;

    public Task<StoreException> Stopped => store.Stopped;

    public StoreException? Problem => store.Problem;

    public int LostAuditEvents => store.LostAuditEvents;

    public virtual Task<Committed<T>> CommitAsync<T>(Func<IStoreView, Changes, T> prepare, string account = "", CancellationToken cancellationToken = default) =>
        store.CommitAsync(prepare, account, cancellationToken);

    public void Observe(Action<IReadOnlyList<InstanceChange>> observer) => store.Observe(observer);

    public void ObserveHosts(Action<IReadOnlyCollection<string>> observer) => store.ObserveHosts(observer);

    public bool IsShared => store.IsShared;

    public void NoteApplied(string host, long revision) => store.NoteApplied(host, revision);

    public ValueTask RecordAsync(AuditEvent recorded, bool untilDurable = false) => store.RecordAsync(recorded, untilDurable);

    public void ObserveAudit(Action<long> observer) => store.ObserveAudit(observer);

    public Task<long> PruneAuditAsync(DateTimeOffset before, CancellationToken cancellationToken = default) => store.PruneAuditAsync(before, cancellationToken);

    public Task<long> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken = default) => store.PruneAsync(before, cancellationToken);

    public ValueTask CatchUpAsync(CancellationToken cancellationToken = default) => store.CatchUpAsync(cancellationToken);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
