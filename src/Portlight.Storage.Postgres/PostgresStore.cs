using Portlight.Domain;
using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>
/// A store on PostgreSQL that several servers share, none of them special: the database has the order of writes and all that is stored, each server a mirror of it in SQLite
/// from which it reads.
/// </summary>
public sealed class PostgresStore : IStore
{
    /// <summary>How old what is read may be where nobody asks for newer.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(25);

    /// <summary>What the kernels of hosts have confirmed within this time is written together, for the other servers to see.</summary>
    private static readonly TimeSpan NumbersAfter = TimeSpan.FromMilliseconds(20);

    private readonly PostgresLog _log;
    private readonly MirrorFile _mirror;
    private readonly ReadPool _readers;
    private readonly MirrorMemory _memory;
    private readonly CommitOrder _order;
    private readonly MirrorWriter _writer;
    private readonly PlannedWrites _writes;
    private readonly HeadReads _heads;
    private readonly ITimer _tail;
    private readonly ITimer _numbers;
    private int _isLooking;
    private int _isToSend;
    private StoreException? _unreachable;
    private int _disposals;

    private PostgresStore(PostgresLog log, MirrorFile mirror, TimeProvider time)
    {
        (_log, _mirror) = (log, mirror);
        IsAlone = log.IsAlone();
        _readers = new ReadPool(mirror.Path);
        _memory = new MirrorMemory(mirror, _readers);
        _order = new CommitOrder(mirror.Connection.FindRevision(), mirror.End.Index);
        _writer = new MirrorWriter(mirror, log, _memory, _order, time);
        _writes = new PlannedWrites(View, _order, _writer.State, AppendAsync, GroupCommit.MaxWork, time);
        _heads = new HeadReads(LookAtHeadAsync);
        _numbers = time.CreateTimer(static store => ((PostgresStore)store!).SendNumbers(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _tail = time.CreateTimer(static store => _ = ((PostgresStore)store!).LookAsync(), this, LookEvery, LookEvery);
    }

    public IStoreView View => _memory.View;

    public long Revision => _writer.CommittedRevision;

    public Task<StoreException> Stopped => _writer.State.Stopped;

    public StoreException? Problem => _writer.State.StoppedBecause ?? Volatile.Read(ref _unreachable) ?? _writer.State.LastFailure;

    public int LostAuditEvents => _writer.LostEvents;

    internal MirrorWriter Writer => _writer;

    /// <summary>Whether commits wait for no standby: what is acknowledged is then on one disk.</summary>
    public bool IsAlone { get; }

    /// <summary>Looks at a connection string, without connecting.</summary>
    /// <exception cref="StoreException">It cannot be used; the message has no secret.</exception>
    public static void RequireUsable(string connectionText) => ConnectionText.Read(connectionText);

    /// <summary>Connects, and brings the mirror to what the database has.</summary>
    /// <param name="connectionText">A connection string of Npgsql; what safety depends on is set whatever it says.</param>
    /// <param name="mirror">The file of the mirror; its directory must exist.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="StoreException">The string cannot be used, the database does not answer, or another process has the mirror open.</exception>
    public static PostgresStore Open(string connectionText, string mirror, TimeProvider time)
    {
        var log = PostgresLog.Open(connectionText, time);
        MirrorFile? file = null;
        try
        {
            file = MirrorFile.Open(mirror, log, time);
            return new PostgresStore(log, file, time);
        }
        catch (Exception failure)
        {
            file?.Dispose();
            log.Dispose();
            if (failure is OtherHistoryException)
            {
                throw new StoreException($"the database was replaced meanwhile: {failure.Message}", failure) { HasOtherHistory = true };
            }

            throw;
        }
    }

    /// <summary>The same for what no server may run beside: requires that none does, and one that was cut off and comes back has to begin anew.</summary>
    /// <exception cref="StoreException">As above, or somebody else is connected to the database.</exception>
    public static PostgresStore OpenAlone(string connectionText, string mirror, TimeProvider time)
    {
        SharedDatabase.TakeAlone(connectionText);
        return Open(connectionText, mirror, time);
    }

    public Task<Committed<T>> CommitAsync<T>(Func<IStoreView, Changes, T> prepare, string account = "", CancellationToken cancellationToken = default) =>
        _writes.CommitAsync(prepare, account, cancellationToken);

    public async ValueTask CatchUpAsync(CancellationToken cancellationToken = default)
    {
        _writer.State.RequireRunning();
        if (_writer.State.Unconfirmed is { } unconfirmed)
        {
            // A primary that was replaced goes on answering questions, and confirms nothing: its standby is the primary.
            throw new StoreException($"what is stored may have gone on elsewhere: {unconfirmed.Message}", unconfirmed);
        }

        await _heads.CatchUpAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Observe(Action<IReadOnlyList<InstanceChange>> observer) => _writer.Observers.Observe(observer);

    public void ObserveAudit(Action<long> observer) => _writer.Observers.ObserveAudit(observer);

    public void ObserveHosts(Action<IReadOnlyCollection<string>> observer) => _writer.Observers.ObserveHosts(observer);

    public bool IsShared => true;

    public void NoteApplied(string host, long revision)
    {
        if (!_memory.Applied.Raise(host, Math.Min(revision, Revision)))
        {
            return;
        }

        _writer.Nudge();
        // What stands on the servers' own machines each of them finds out by itself.
        if (host != HostName.Local && Interlocked.Exchange(ref _isToSend, 1) == 0)
        {
            _numbers.Change(NumbersAfter, Timeout.InfiniteTimeSpan);
        }
    }

    public ValueTask RecordAsync(AuditEvent recorded, bool untilDurable = false) => _writer.RecordAsync(recorded, untilDurable);

    public Task<long> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken = default) => Pruning.OperationsAsync(_writer.Add, before, cancellationToken);

    public Task<long> PruneAuditAsync(DateTimeOffset before, CancellationToken cancellationToken = default) => Pruning.AuditAsync(_writer.Add, before, cancellationToken);

    /// <summary>Finishes what waits and closes the mirror.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposals, 1) == 0)
        {
            await _tail.DisposeAsync().ConfigureAwait(false);
            await _numbers.DisposeAsync().ConfigureAwait(false);
            await _writer.DisposeAsync().ConfigureAwait(false);
            await _heads.EndAsync().ConfigureAwait(false); // what it waits for has failed with the writer's end
            _readers.Dispose();
            _mirror.Dispose();
            _log.Dispose();
        }
    }

    private async Task LookAtHeadAsync()
    {
        var known = _writer.End;
        var end = await _log.ReadEndAsync().ConfigureAwait(false);
        await _writer.ReachAsync(end, known).ConfigureAwait(false);
    }

    /// <summary>The tail: what others have written is seen here soon, also while nobody asks.</summary>
    private async Task LookAsync()
    {
        if (Interlocked.Exchange(ref _isLooking, 1) != 0)
        {
            return; // the database is slow; one look at a time
        }

        try
        {
            await _heads.CatchUpAsync().ConfigureAwait(false);
            Volatile.Write(ref _unreachable, null);
        }
        catch (StoreException problem)
        {
            Volatile.Write(ref _unreachable, problem);
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }

    private void SendNumbers()
    {
        Volatile.Write(ref _isToSend, 0);
        _writer.SendNumbers();
    }

    private Task AppendAsync(Plan? plan)
    {
        var write = new PlannedWrite(plan, _order.Late);
        _writer.Add(write);
        return write.Done;
    }
}
