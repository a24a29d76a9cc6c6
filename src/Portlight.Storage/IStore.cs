namespace Portlight.Storage;

/// <summary>
/// Where desired state is kept. A write is prepared on its caller's thread, from what is stored, and then gets its place in the order of writes if nothing that it has
/// read has been changed meanwhile; else it is prepared again. So writes are serialisable, and the one thread that writes for everybody only appends. What a write
/// changes is durable (it survives power loss) before <see cref="CommitAsync{T}"/> returns. Several writes share one durable commit. Contract suite:
/// tests/Portlight.Storage.Contract.
/// </summary>
public interface IStore : IAsyncDisposable
{
    /// <summary>What is committed. Safe from any thread; each call reads the newest committed state.</summary>
    IStoreView View { get; }

    /// <summary>Revision of the newest committed change; gap-free from 1.</summary>
    long Revision { get; }

    /// <summary>
    /// Completes, with the reason, when the store has stopped for good: it takes nothing more and must be opened anew, in a new process if a flush failed.
    /// </summary>
    Task<StoreException> Stopped { get; }

    /// <summary>Why the store has stopped, does not find its files or could not make the last commit; null when all is well.</summary>
    StoreException? Problem { get; }

    /// <summary>
    /// Prepares a write and commits it. When the preparation throws, nothing of it is written and the exception reaches the caller.
    /// </summary>
    /// <param name="prepare">
    /// Says what shall change, of what it reads in the view. It runs on the caller's thread, at once, and may run several times: it must have no effect but its
    /// result. What it reads it rests on; it sees the writes before it, also those that are not durable yet, and not its own changes.
    /// </param>
    /// <param name="account">Whose write it is: when there are many, accounts take turns. Empty for the server's own.</param>
    /// <param name="cancellationToken">Withdraws a write that has no place yet.</param>
    /// <exception cref="ConflictException">Others change what it rests on again and again. Nothing was written.</exception>
    /// <exception cref="StoreException">
    /// The store could not commit. Nothing was written; or, with <see cref="StoreException.IsOutcomeUnknown"/>, only the next start of a store can tell.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    Task<Committed<T>> CommitAsync<T>(Func<IStoreView, Changes, T> prepare, string account = "", CancellationToken cancellationToken = default);

    /// <summary>
    /// Returns once reads here see everything that any store of the same database had committed before the call. A store that has its database to itself returns at once.
    /// </summary>
    /// <exception cref="StoreException">The database does not answer, so nobody knows whether what is to be read here is still so.</exception>
    ValueTask CatchUpAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Called at start: from now on <paramref name="observer"/> gets every committed change of instances, in order of revision, after it is durable and before
    /// <see cref="CommitAsync{T}"/> returns. It runs on the thread that writes: it must be brief and must not throw (the store would stop).
    /// </summary>
    void Observe(Action<IReadOnlyList<InstanceChange>> observer);

    /// <summary>
    /// Called once at start: from now on <paramref name="observer"/> gets the names of hosts of which something else is stored than before: their rows or, by another store of
    /// the same database, up to where their kernels are. On the same thread as <see cref="Observe"/>, after its observers.
    /// </summary>
    void ObserveHosts(Action<IReadOnlyCollection<string>> observer);

    /// <summary>Whether other stores may write to the same database.</summary>
    bool IsShared { get; }

    /// <summary>
    /// Notes that the kernel of a host holds everything of it up to this revision (except what was rejected, whose operations are saved as failed first). Visible to
    /// readers at once; durable with a later commit, because after a crash the reconciler finds it out again; other stores of the same database see it within a few hundredths of a second,
    /// unless the host is the servers' own machine. More than <see cref="Revision"/> counts as that much.
    /// </summary>
    void NoteApplied(string host, long revision);

    /// <summary>
    /// Adds an event to the audit log that no write carries: a read, a refusal. It is durable with the next commit, or a tenth of a second later at the latest;
    /// a crash before that loses it. Waits while more events are on their way than memory should hold. After a commit that failed it fails at once, until one
    /// succeeds; what it had taken before is kept and tried again.
    /// </summary>
    /// <param name="recorded">The store keeps the memory of its text until it is durable: it must not change.</param>
    /// <param name="untilDurable">Asks for a commit at once and returns when the event is durable. When that fails the event is forgotten.</param>
    /// <exception cref="ArgumentException">The text is not one line that holds a JSON object with members.</exception>
    /// <exception cref="StoreException">The event was not taken: the store has stopped, cannot write at present, or too many events wait.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    ValueTask RecordAsync(AuditEvent recorded, bool untilDurable = false);

    /// <summary>Once the store is disposed of: events that it had taken and could not make durable. They are lost.</summary>
    int LostAuditEvents { get; }

    /// <summary>Called once at start: <paramref name="observer"/> is told the number of the last event whenever events have become durable. It must be brief.</summary>
    void ObserveAudit(Action<long> observer);

    /// <summary>Forgets blocks of the audit log whose events are all from before <paramref name="before"/>. Returns how many events went.</summary>
    Task<long> PruneAuditAsync(DateTimeOffset before, CancellationToken cancellationToken = default);

    /// <summary>Forgets terminal operations from before <paramref name="before"/>. Returns how many.</summary>
    Task<long> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken = default);
}
