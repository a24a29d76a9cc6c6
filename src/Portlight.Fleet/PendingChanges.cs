using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>Committed changes that the reconciler has not taken yet, and the bell that wakes it. Bounded: past the bound the answer is "everything".</summary>
internal sealed class PendingChanges
{
    private const int Bound = 65_536;

    private readonly Lock _gate = new();
    private List<InstanceChange> _waiting = [];
    private bool _everything;
    private TaskCompletionSource _bell = NewBell();

    public void Add(IReadOnlyList<InstanceChange> changes)
    {
        TaskCompletionSource rung;
        lock (_gate)
        {
            if (_waiting.Count + changes.Count > Bound)
            {
                _everything = true;
                _waiting.Clear();
            }
            else if (!_everything)
            {
                _waiting.AddRange(changes);
            }

            rung = _bell;
        }

        rung.TrySetResult();
    }

    public void AskForEverything()
    {
        TaskCompletionSource rung;
        lock (_gate)
        {
            _everything = true;
            _waiting.Clear();
            rung = _bell;
        }

        rung.TrySetResult();
    }

    /// <summary>What came since the last call, in order of revision; null means that it is too much to list and everything must be looked at.</summary>
    public List<InstanceChange>? Take()
    {
        lock (_gate)
        {
            var taken = _everything ? null : _waiting;
            _waiting = [];
            _everything = false;
            _bell = _bell.Task.IsCompleted ? NewBell() : _bell;
            return taken;
        }
    }

    /// <summary>Returns when there is something to take, or when <paramref name="other"/> completes.</summary>
    public async Task WaitAsync(Task other, CancellationToken cancellationToken)
    {
        Task rung;
        lock (_gate)
        {
            rung = _bell.Task;
        }

        if (!rung.IsCompleted)
        {
            await Task.WhenAny(rung, other);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // Continuations run elsewhere: the store's writer rings, and must not end up running the reconciler.
    private static TaskCompletionSource NewBell() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
