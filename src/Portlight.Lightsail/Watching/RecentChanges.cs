using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Lightsail;

/// <summary>The last changes of instances, for those that watch: a bounded memory of names, which knows what it has forgotten.</summary>
internal sealed class RecentChanges : IDisposable
{
    private const int Kept = 4_096;

    private readonly Lock _gate = new();
    private readonly Change[] _ring = new Change[Kept];
    private readonly CancellationTokenSource _stopping = new();
    private readonly IStore _store;
    private readonly TimeProvider _clock;
    private long _noted; // since the start
    private long _newest; // revision
    private long _forgotten; // revision of the newest change that is not in the ring any more
    private TaskCompletionSource? _next;

    public RecentChanges(IStore store, TimeProvider clock)
    {
        (_store, _clock) = (store, clock);
        _newest = _forgotten = store.Revision;
        store.Observe(Note);
    }

    /// <summary>Ends every wait: it is answered as if its time had come.</summary>
    public void Dispose() => _stopping.Cancel();

    /// <summary>The names of instances of a scope that have changed after a revision, the newest change of each; waits for one if there is none.</summary>
    /// <param name="scope">Whose.</param>
    /// <param name="after">The revision.</param>
    /// <param name="wait">For how long.</param>
    /// <param name="cancellationToken">Ends the wait, for a caller that is gone.</param>
    /// <returns>Null for the changes when the memory does not reach back as far, or there is no such revision yet; and the revision up to which that is so.</returns>
    public async Task<(IReadOnlyList<Change>? Changes, long Revision)> AfterAsync(Scope scope, long after, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        var time = Task.Delay(wait, _clock, ends.Token);
        while (true)
        {
            var (changes, revision, next) = Read(scope, after);
            if (changes is not { Count: 0 } || time.IsCompleted)
            {
                await ends.CancelAsync();
                return (changes, revision);
            }

            after = revision;
            await Task.WhenAny(next, time);
        }
    }

    private (IReadOnlyList<Change>? Changes, long Revision, Task Next) Read(Scope scope, long after)
    {
        lock (_gate)
        {
            var next = (_next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            // What is committed already may not have been told yet: it is not of another time.
            if (after < _forgotten || after > Math.Max(_newest, _store.Revision))
            {
                return (null, _newest, next);
            }

            var (found, names) = (new List<Change>(), new HashSet<string>(StringComparer.Ordinal));
            for (var i = _noted - 1; i >= Math.Max(0, _noted - Kept) && _ring[i % Kept].Revision > after; i--)
            {
                if (_ring[i % Kept] is var change && change.Scope == scope && names.Add(change.Name))
                {
                    found.Add(change);
                }
            }

            return (found, _newest, next);
        }
    }

    /// <summary>On the thread that writes.</summary>
    private void Note(IReadOnlyList<InstanceChange> changes)
    {
        TaskCompletionSource? next;
        lock (_gate)
        {
            foreach (var change in changes)
            {
                ref var place = ref _ring[_noted % Kept];
                _forgotten = _noted >= Kept ? place.Revision : _forgotten;
                place = new Change(change.Revision, change.Instance.Scope, change.Instance.Name);
                _noted++;
                _newest = Math.Max(_newest, change.Revision);
            }

            (next, _next) = (_next, null);
        }

        next?.TrySetResult();
    }

    /// <summary>A change of an instance.</summary>
    internal readonly record struct Change(long Revision, Scope Scope, string Name);
}
