using Portlight.AgentProtocol;

namespace Portlight.Fleet;

/// <summary>Requests that wait for the agent's confirmation of a revision. The confirmation may come before the question. One timer serves all of them.</summary>
internal sealed class Confirmations : IDisposable
{
    /// <summary>How often it is looked whether somebody has waited long enough: a wait may be longer by this.</summary>
    private static readonly TimeSpan LookAfter = TimeSpan.FromMilliseconds(50);

    /// <summary>Refusals are remembered for this many revisions, far more than can be committed while a handler is on its way to ask.</summary>
    private const long Remembered = 100_000;

    private readonly Lock gate = new();
    private readonly PriorityQueue<Waiter, long> waiters = new();
    private readonly PriorityQueue<Waiter, long> byDeadline = new();
    private readonly SortedDictionary<long, AgentReport> refused = [];
    private readonly TimeProvider clock;
    private readonly ITimer timer;
    private bool isLooking;
    private long confirmed;

    public Confirmations(TimeProvider clock)
    {
        this.clock = clock;
        timer = clock.CreateTimer(static all => ((Confirmations)all!).EndLongWaits(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Everything up to this revision is in force, but for what was refused; 0 before the first synchronisation.</summary>
    public long Confirmed => Interlocked.Read(ref confirmed);

    public void Dispose() => timer.Dispose();

    /// <summary>Null when the revision is in force; the refusal when it was refused or filters nothing.</summary>
    /// <exception cref="TimeoutException">Neither is known in time.</exception>
    public Task<AgentReport?> WaitAsync(long revision, TimeSpan timeout)
    {
        lock (gate)
        {
            if (refused.TryGetValue(revision, out var refusal))
            {
                return Task.FromResult<AgentReport?>(refusal);
            }

            if (revision <= confirmed)
            {
                return Task.FromResult<AgentReport?>(null);
            }

            if (timeout <= TimeSpan.Zero)
            {
                return Task.FromException<AgentReport?>(new TimeoutException());
            }

            var waiter = new Waiter(revision);
            waiters.Enqueue(waiter, revision);
            byDeadline.Enqueue(waiter, clock.GetTimestamp() + (long)(timeout.TotalSeconds * clock.TimestampFrequency));
            Look_NeedsLock();
            return waiter.Task;
        }
    }

    /// <summary>Whether the agent has refused the revision, or filters nothing by it.</summary>
    public bool IsRefused(long revision)
    {
        lock (gate)
        {
            return refused.ContainsKey(revision);
        }
    }

    public void Reject(AgentReport refusal)
    {
        List<Waiter> told = [];
        lock (gate)
        {
            refused[refusal.Revision] = refusal;
            while (refused.Count > 0 && refused.First().Key < refusal.Revision - Remembered)
            {
                refused.Remove(refused.First().Key);
            }

            told.AddRange(byDeadline.UnorderedItems.Select(item => item.Element).Where(waiter => waiter.Revision == refusal.Revision));
        }

        told.ForEach(waiter => waiter.TrySetResult(refusal));
    }

    /// <summary>Everything up to this revision is in force, but for what was refused.</summary>
    public void Confirm(long revision)
    {
        List<(Waiter Waiter, AgentReport? Refusal)> released = [];
        lock (gate)
        {
            confirmed = Math.Max(confirmed, revision);
            while (waiters.TryPeek(out var waiter, out var waited) && waited <= confirmed)
            {
                waiters.Dequeue();
                released.Add((waiter, refused.GetValueOrDefault(waited)));
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
        lock (gate)
        {
            while (byDeadline.TryPeek(out var waiter, out var deadline) && (waiter.Task.IsCompleted || deadline <= clock.GetTimestamp()))
            {
                late.Add(byDeadline.Dequeue());
            }

            isLooking = false;
            Look_NeedsLock();
        }

        late.ForEach(waiter => waiter.TrySetException(new TimeoutException()));
    }

    // The timer is set once in a while and not for every wait.
    private void Look_NeedsLock()
    {
        if (!isLooking && byDeadline.Count > 0)
        {
            isLooking = true;
            timer.Change(LookAfter, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>One that waits. Its continuations run elsewhere: the reconciler completes it.</summary>
    private sealed class Waiter(long revision) : TaskCompletionSource<AgentReport?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Revision { get; } = revision;
    }
}
