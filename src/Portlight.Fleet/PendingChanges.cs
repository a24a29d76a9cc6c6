using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>
/// Committed changes that the reconciler has not taken yet, and the bell that wakes it, for them and for whatever else it has to look at. Bounded: past the bound the
/// answer is "everything".
/// </summary>
internal sealed class PendingChanges
{
    private const int Bound = 65_536;

    private readonly Lock _gate = new();
    private List<InstanceChange> _waiting = [];
    private bool _everything;
    private TaskCompletionSource _bell = NewBell();

    public void Add(IReadOnlyList<InstanceChange> changes)
    {
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

            _bell.TrySetResult();
        }
    }

    public void AskForEverything()
    {
        lock (_gate)
        {
            _everything = true;
            _waiting.Clear();
            _bell.TrySetResult();
        }
    }

    /// <summary>What came since the last call, in order of revision; null means that it is too much to list and everything must be looked at.</summary>
    public List<InstanceChange>? Take()
    {
        lock (_gate)
        {
            var taken = _everything ? null : _waiting;
            _waiting = [];
            _everything = false;
            return taken;
        }
    }

    /// <summary>There may be something to look at, whatever it is.</summary>
    public void Ring()
    {
        lock (_gate)
        {
            _bell.TrySetResult();
        }
    }

    /// <summary>Returns when the bell was rung since this returned last. What is looked at after that is not missed.</summary>
    public async Task RungAsync()
    {
        Task rung;
        lock (_gate)
        {
            rung = _bell.Task;
        }

        await rung;
        lock (_gate)
        {
            _bell = NewBell();
        }
    }

    // Continuations run elsewhere: the store's writer rings, and must not end up running the reconciler.
    private static TaskCompletionSource NewBell() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
