using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>Committed changes that the reconciler has not taken yet, and the bell that wakes it. Bounded: past the bound the answer is "everything".</summary>
internal sealed class PendingChanges
{
    private const int Bound = 65_536;

    private readonly Lock gate = new();
    private List<InstanceChange> waiting = [];
    private bool everything;
    private TaskCompletionSource bell = NewBell();

    public void Add(IReadOnlyList<InstanceChange> changes)
    {
        TaskCompletionSource rung;
        lock (gate)
        {
            if (waiting.Count + changes.Count > Bound)
            {
                everything = true;
                waiting.Clear();
            }
            else if (!everything)
            {
                waiting.AddRange(changes);
            }

            rung = bell;
        }

        rung.TrySetResult();
    }

    public void AskForEverything()
    {
        TaskCompletionSource rung;
        lock (gate)
        {
            everything = true;
            waiting.Clear();
            rung = bell;
        }

        rung.TrySetResult();
    }

    /// <summary>What came since the last call, in order of revision; null means that it is too much to list and everything must be looked at.</summary>
    public List<InstanceChange>? Take()
    {
        lock (gate)
        {
            var taken = everything ? null : waiting;
            waiting = [];
            everything = false;
            bell = bell.Task.IsCompleted ? NewBell() : bell;
            return taken;
        }
    }

    /// <summary>Returns when there is something to take, when <paramref name="other"/> completes, or after <paramref name="atMost"/>.</summary>
    public async Task WaitAsync(Task other, TimeSpan atMost, TimeProvider clock, CancellationToken cancellationToken)
    {
        Task rung;
        lock (gate)
        {
            rung = bell.Task;
        }

        if (rung.IsCompleted)
        {
            return;
        }

        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(rung, other, Task.Delay(atMost, clock, done.Token));
        await done.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    // Continuations run elsewhere: the store's writer rings, and must not end up running the reconciler.
    private static TaskCompletionSource NewBell() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
