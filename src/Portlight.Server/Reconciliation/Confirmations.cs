using Portlight.AgentProtocol;

namespace Portlight.Server.Reconciliation;

/// <summary>Requests that wait for the agent's word on a revision. The word may come before the question.</summary>
internal sealed class Confirmations
{
    /// <summary>Refusals are remembered for this many revisions, far more than can be committed while a handler is on its way to ask.</summary>
    private const long Remembered = 100_000;

    private readonly Lock gate = new();
    private readonly PriorityQueue<TaskCompletionSource<AgentReport?>, long> waiters = new();
    private readonly Dictionary<long, TaskCompletionSource<AgentReport?>> byRevision = [];
    private readonly SortedDictionary<long, AgentReport> refused = [];
    private long confirmed;

    /// <summary>Everything up to this revision is in force, but for what was refused; 0 before the first synchronisation.</summary>
    public long Confirmed => Interlocked.Read(ref confirmed);

    /// <summary>Null when the revision is in force; the refusal when it was refused or filters nothing.</summary>
    public Task<AgentReport?> WaitAsync(long revision, TimeSpan timeout, TimeProvider clock)
    {
        TaskCompletionSource<AgentReport?> waiter;
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

            waiter = new TaskCompletionSource<AgentReport?>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiters.Enqueue(waiter, revision);
            byRevision[revision] = waiter;
        }

        return waiter.Task.WaitAsync(timeout, clock);
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
        TaskCompletionSource<AgentReport?>? waiter;
        lock (gate)
        {
            refused[refusal.Revision] = refusal;
            while (refused.Count > 0 && refused.First().Key < refusal.Revision - Remembered)
            {
                refused.Remove(refused.First().Key);
            }

            byRevision.Remove(refusal.Revision, out waiter);
        }

        waiter?.TrySetResult(refusal);
    }

    /// <summary>Everything up to this revision is in force, but for what was refused.</summary>
    public void Confirm(long revision)
    {
        List<TaskCompletionSource<AgentReport?>> released = [];
        lock (gate)
        {
            confirmed = Math.Max(confirmed, revision);
            while (waiters.TryPeek(out var waiter, out var waited) && waited <= confirmed)
            {
                waiters.Dequeue();
                byRevision.Remove(waited);
                released.Add(waiter);
            }
        }

        foreach (var waiter in released)
        {
            waiter.TrySetResult(null);
        }
    }
}
