using Portlight.AgentProtocol;

namespace Portlight.Server.Reconciliation;

/// <summary>Requests that wait for the agent's word on a revision. The word may come before the question.</summary>
internal sealed class Confirmations
{
    /// <summary>Refusals are remembered for this many revisions, far more than can be committed while a handler is on its way to ask.</summary>
    private const long Remembered = 100_000;

    private readonly Lock gate = new();
    private readonly PriorityQueue<TaskCompletionSource<AgentReport.Rejected?>, long> waiters = new();
    private readonly Dictionary<long, TaskCompletionSource<AgentReport.Rejected?>> byRevision = [];
    private readonly SortedDictionary<long, AgentReport.Rejected> refused = [];
    private long confirmed;

    /// <summary>Everything up to this revision is in force, but for what was refused; 0 before the first synchronisation.</summary>
    public long Confirmed => Interlocked.Read(ref confirmed);

    /// <summary>Null when the revision is in force; the refusal when it was refused.</summary>
    public Task<AgentReport.Rejected?> WaitAsync(long revision, TimeSpan timeout, TimeProvider clock)
    {
        TaskCompletionSource<AgentReport.Rejected?> waiter;
        lock (gate)
        {
            if (refused.TryGetValue(revision, out var refusal))
            {
                return Task.FromResult<AgentReport.Rejected?>(refusal);
            }

            if (revision <= confirmed)
            {
                return Task.FromResult<AgentReport.Rejected?>(null);
            }

            waiter = new TaskCompletionSource<AgentReport.Rejected?>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiters.Enqueue(waiter, revision);
            byRevision[revision] = waiter;
        }

        return waiter.Task.WaitAsync(timeout, clock);
    }

    public void Reject(AgentReport.Rejected refusal)
    {
        TaskCompletionSource<AgentReport.Rejected?>? waiter;
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
        List<TaskCompletionSource<AgentReport.Rejected?>> released = [];
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
