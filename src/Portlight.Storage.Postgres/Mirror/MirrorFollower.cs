using Portlight.Domain;
using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>Where a mirror is in the order of all batches: takes over those of others, and appends its own. By the writer's thread alone, but for <see cref="ReachAsync"/>.</summary>
internal sealed class MirrorFollower
{
    /// <summary>To prepare a write takes microseconds, and as long as it likes on a machine that is busy; one that takes longer has its next turn.</summary>
    private static readonly TimeSpan LatePatience = TimeSpan.FromMilliseconds(200);

    private readonly MirrorPosition _position;
    private readonly NewerRows _newer;
    private readonly PostgresLog _log;
    private readonly MirrorMemory _memory;
    private readonly CommitOrder _order;
    private readonly Batch _batch;
    private readonly AuditTail _audit;
    private readonly CommitQueue _queue;
    private readonly Action<IReadOnlyList<InstanceChange>, IReadOnlyCollection<string>> _tell;
    private readonly MirrorWaits _waits;
    private readonly Dictionary<string, long> _sharedApplied;
    private LogEnd _end;
    private LogEnd _appended;

    public MirrorFollower(MirrorFile mirror, PostgresLog log, MirrorMemory memory, CommitOrder order, Batch batch, AuditTail audit, CommitQueue queue, Action<IReadOnlyList<InstanceChange>, IReadOnlyCollection<string>> tell)
    {
        (_position, _newer, _log, _memory, _order, _batch, _audit, _queue, _tell, _end) = (mirror.Position, mirror.Newer, log, memory, order, batch, audit, queue, tell, mirror.End);
        _waits = new MirrorWaits(_end);
        _sharedApplied = AppliedOf(memory).ToDictionary();
    }

    /// <summary>Whether numbers have changed that others do not know of.</summary>
    public bool HasNumbersToSend => _order.Index != _end.Index || AppliedOf(_memory).Any(one => IsNews(one.Key, one.Value));

    /// <summary>Up to where the mirror is, or was a moment ago. Safe from any thread.</summary>
    public LogEnd End => _waits.End;

    /// <summary>Returns once the mirror has everything up to an end of the log.</summary>
    /// <param name="end">The end.</param>
    /// <param name="known">Up to where the mirror was before that end was asked for.</param>
    /// <exception cref="StoreException">What is missing could not be read, or the log does not have what the mirror has.</exception>
    public Task ReachAsync(LogEnd end, LogEnd known)
    {
        // An end before what the mirror had when it was asked for, or another batch there: the log has lost what the mirror has.
        var reached = end.Position < known.Position || (end.Position == known.Position && end.Batch != known.Batch) ? _waits.DoubtAsync() : _waits.ReachAsync(end.Position);
        if (!reached.IsCompleted)
        {
            _queue.Follow();
        }

        return reached;
    }

    /// <summary>Takes over what others have written.</summary>
    public void Follow()
    {
        List<Work> outdated = [];
        try
        {
            while (_log.ReadAfter(_end, _audit.CommittedSequence) is { Count: > 0 } batches)
            {
                foreach (var batch in batches)
                {
                    Take(batch, outdated);
                }
            }
        }
        finally
        {
            // Only now: what is prepared again between two batches is outdated by the second.
            outdated.ForEach(work => work.Fail(new StoreException("another server has written what this rests on") { IsOutdated = true }));
        }
    }

    /// <summary>The log has all that the mirror has.</summary>
    public void EndDoubts() => _waits.EndDoubts(new StoreException("the database has answered with an end that is not its own; try again"));

    /// <summary>Locks the end of the log, with everything up to there taken over, and waits for the writes of this store that came too late: prepared now, they are not too late again.</summary>
    public void Lock()
    {
        var end = _log.Lock();
        if (end.Position != _end.Position || end.Batch != _end.Batch)
        {
            Follow();
        }

        _order.Late.Wait(LatePatience);
    }

    /// <summary>Writes a batch to the database and, not yet committed, its position to the mirror.</summary>
    /// <param name="written">What is written.</param>
    /// <param name="blocks">Its events.</param>
    /// <param name="revision">The last revision before it.</param>
    public void Append(BatchItems written, IReadOnlyList<AuditBlock> blocks, long revision)
    {
        foreach (var (host, applied) in AppliedOf(_memory).Where(one => IsNews(one.Key, one.Value)))
        {
            written.WriteApplied(host, applied);
        }

        var batch = new LogBatch
        {
            End = new LogEnd(_end.Position + 1, Guid.CreateVersion7(), written.Revision ?? revision, _order.Index),
            Items = written.Items,
            Blocks = blocks,
            Forgotten = written.Forgotten,
        };
        _log.Append(batch, _end);
        foreach (var item in written.Items.Where(item => item.Kind == ItemKind.Applied))
        {
            _sharedApplied[item.Key] = item.Revision!.Value;
        }

        foreach (var item in written.Items.Where(item => item.IsRemoval))
        {
            _newer.Note(item.Kind, item.Key, null);
        }

        _appended = batch.End;
        _position.Write(_appended);
    }

    /// <summary>The mirror has it too.</summary>
    /// <param name="changes">Its changes of instances.</param>
    public void Appended(IReadOnlyList<InstanceChange> changes)
    {
        _end = _appended;
        _order.NoteIndex(_end.Index);
        Tell(changes, _batch.TakeHosts());
    }

    /// <summary>What waits for a position is told that it cannot be reached now.</summary>
    public void Fail(StoreException why) => _waits.Fail(why);

    /// <summary>Nothing is followed any more.</summary>
    public void Close(StoreException why) => _waits.Close(why);

    /// <param name="batch">What another has written.</param>
    /// <param name="outdated">Gets the work that rests on it, which has no place any more and has not been told.</param>
    private void Take(LogBatch batch, List<Work> outdated)
    {
        var changes = new Changes(_memory.View, static () => throw new System.Diagnostics.UnreachableException("what is taken over has its number"));
        HashSet<string> hosts = [];
        ItemReader.Read(batch.Items, changes, _newer, (host, revision) =>
        {
            _sharedApplied[host] = revision;
            if (_memory.Applied.Raise(host, revision))
            {
                hosts.Add(host);
            }
        });
        var told = _batch.Follow(changes, batch.Blocks, batch.Forgotten, () =>
        {
            _newer.Mark();
            _position.Write(batch.End);
        });
        _end = batch.End;
        _order.Follow(changes.Touches, _batch.CommittedRevision, _end.Index, keeps => outdated.AddRange(_queue.TakeAllBut(work => work is not PlannedWrite write || keeps(write.Plan))));
        hosts.UnionWith(_batch.TakeHosts());
        Tell(told, hosts);
    }

    /// <summary>Observers first: a caller that waits for a position finds them told.</summary>
    private void Tell(IReadOnlyList<InstanceChange> changes, IReadOnlyCollection<string> hosts)
    {
        _tell(changes, hosts);
        _waits.Reached(_end);
    }

    private bool IsNews(string host, long revision) => revision > _sharedApplied.GetValueOrDefault(host);

    private static IEnumerable<KeyValuePair<string, long>> AppliedOf(MirrorMemory memory) =>
        memory.Applied.Current is var now ? now.Hosts.Append(KeyValuePair.Create(HostName.Local, now.Local)) : [];
}
