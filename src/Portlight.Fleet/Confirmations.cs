using Portlight.AgentProtocol;

namespace Portlight.Fleet;

/// <summary>Requests that wait for the agent's confirmation of a revision. The confirmation may come before the question. One timer serves all of them.</summary>
internal sealed class Confirmations : IDisposable
{
    /// <summary>How often it is looked whether somebody has waited long enough: a wait may be longer by this.</summary>
    private static readonly TimeSpan LookAfter = TimeSpan.FromMilliseconds(50);

    /// <summary>Refusals are remembered for this many revisions, far more than can be committed while a handler is on its way to ask.</summary>
    private const long Remembered = 100_000;

    private readonly Lock _gate = new();
    private readonly PriorityQueue<Waiter, long> _waiters = new();
    private readonly PriorityQueue<Waiter, long> _byDeadline = new();
    private readonly SortedDictionary<long, AgentReport> _refused = [];
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private bool _isLooking;
    private long _confirmed;

    public Confirmations(TimeProvider clock)
    {
        _clock = clock;
        _timer = clock.CreateTimer(static all => ((Confirmations)all!).EndLongWaits(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Everything up to this revision is in force, but for what was refused; 0 before the first synchronisation.</summary>
    public long Confirmed => Interlocked.Read(ref _confirmed);

    public void Dispose() => _timer.Dispose();

    /// <summary>Null when the revision is in force; the refusal when it was refused or filters nothing.</summary>
    /// <exception cref="TimeoutException">Neither is known in time.</exception>
    public Task<AgentReport?> WaitAsync(long revision, TimeSpan timeout)
    {
        lock (_gate)
        {
            if (_refused.TryGetValue(revision, out var refusal))
            {
                return Task.FromResult<AgentReport?>(refusal);
            }

            if (revision <= _confirmed)
            {
                return Task.FromResult<AgentReport?>(null);
            }

            if (timeout <= TimeSpan.Zero)
            {
                return Task.FromException<AgentReport?>(new TimeoutException());
            }

            var waiter = new Waiter(revision);
            _waiters.Enqueue(waiter, revision);
            _byDeadline.Enqueue(waiter, _clock.GetTimestamp() + (long)(timeout.TotalSeconds * _clock.TimestampFrequency));
            Look_NeedsLock();
            return waiter.Task;
        }
    }

    /// <summary>Whether the agent has refused the revision, or filters nothing by it.</summary>
    public bool IsRefused(long revision)
    {
        lock (_gate)
        {
            return _refused.ContainsKey(revision);
        }
    }

    public void Reject(AgentReport refusal)
    {
        List<Waiter> told = [];
        lock (_gate)
        {
            _refused[refusal.Revision] = refusal;
            while (_refused.Count > 0 && _refused.First().Key < refusal.Revision - Remembered)
            {
                _refused.Remove(_refused.First().Key);
            }

            told.AddRange(_byDeadline.UnorderedItems.Select(item => item.Element).Where(waiter => waiter.Revision == refusal.Revision));
        }

        told.ForEach(waiter => waiter.TrySetResult(refusal));
    }

    /// <summary>Everything up to this revision is in force, but for what was refused.</summary>
    public void Confirm(long revision)
    {
        List<(Waiter Waiter, AgentReport? Refusal)> released = [];
        lock (_gate)
        {
            _confirmed = Math.Max(_confirmed, revision);
            while (_waiters.TryPeek(out var waiter, out var waited) && waited <= _confirmed)
            {
                _waiters.Dequeue();
                released.Add((waiter, _refused.GetValueOrDefault(waited)));
            }
        }

        foreach (var (waiter, refusal) in released)
        {
            waiter.TrySetResult(refusal);
        }
    }

    private void EndLongWaits()
    {
        List<Waiter> late = [];
        lock (_gate)
        {
            while (_byDeadline.TryPeek(out var waiter, out var deadline) && (waiter.Task.IsCompleted || deadline <= _clock.GetTimestamp()))
            {
                late.Add(_byDeadline.Dequeue());
            }

            _isLooking = false;
            Look_NeedsLock();
        }

        late.ForEach(waiter => waiter.TrySetException(new TimeoutException()));
    }

    // The timer is set once in a while and not for every wait.
    private void Look_NeedsLock()
    {
        if (!_isLooking && _byDeadline.Count > 0)
        {
            _isLooking = true;
            _timer.Change(LookAfter, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>One that waits. Its continuations run elsewhere: the reconciler completes it.</summary>
    private sealed class Waiter(long revision) : TaskCompletionSource<AgentReport?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Revision { get; } = revision;
    }
}
