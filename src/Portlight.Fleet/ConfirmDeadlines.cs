using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>An unconfirmed change and the timestamp at which it is to be undone.</summary>
internal sealed record ConfirmDeadline(Scope Scope, string Name, long Index, long Revision, long Due);

/// <summary>
/// When which unconfirmed change is to be undone: a picture of what is stored. Times are those of the clock that nobody sets, from when a change was first seen: a
/// wall clock that jumps neither undoes a change early nor leaves a machine locked. Only a restart asks the wall clock, and then no more is left than was given.
/// </summary>
internal sealed class ConfirmDeadlines(TimeProvider clock)
{
    /// <summary>How long after an attempt that the store or the kernel has refused the next one comes.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<long, ConfirmDeadline> _waiting = [];
    private readonly Dictionary<long, (long Revision, long At)> _attempts = [];
    private TaskCompletionSource _bell = NewBell();

    /// <summary>Follows the store. Brief: it runs on the thread that writes.</summary>
    public void Note(IReadOnlyList<InstanceChange> changes)
    {
        lock (_gate)
        {
            foreach (var change in changes)
            {
                var instance = change.Instance;
                if (change.IsRemoval || instance.Unconfirmed is not { } unconfirmed)
                {
                    _waiting.Remove(instance.Index);
                }
                else if (!_waiting.TryGetValue(instance.Index, out var known) || known.Revision != unconfirmed.Revision)
                {
                    _waiting[instance.Index] = new ConfirmDeadline(instance.Scope, instance.Name, instance.Index, unconfirmed.Revision, DueOf(instance.Index, unconfirmed));
                    _bell.TrySetResult();
                }
            }
        }
    }

    /// <summary>What is due. It is due again after a while, unless the store says in the meantime that it no longer waits.</summary>
    public IReadOnlyList<ConfirmDeadline> TakeDue()
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            List<ConfirmDeadline> due = [.. _waiting.Values.Where(one => one.Due <= now)];
            foreach (var one in due)
            {
                _waiting[one.Index] = one with { Due = now + Ticks(RetryAfter) };
                _attempts[one.Index] = (one.Revision, now);
            }

            foreach (var (index, _) in _attempts.Where(attempt => attempt.Value.At + (2 * Ticks(RetryAfter)) < now).ToList())
            {
                _attempts.Remove(index);
            }

            return due;
        }
    }

    /// <summary>Returns when something is due, or may be because something new waits.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        Task rung;
        TimeSpan? left;
        lock (_gate)
        {
            _bell = _bell.Task.IsCompleted ? NewBell() : _bell;
            rung = _bell.Task;
            left = _waiting.Count == 0 ? null : Time(_waiting.Values.Min(one => one.Due) - clock.GetTimestamp());
        }

        if (left <= TimeSpan.Zero)
        {
            return;
        }

        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(rung, Task.Delay(left ?? Timeout.InfiniteTimeSpan, clock, done.Token));
        await done.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private long DueOf(long index, UnconfirmedChange unconfirmed)
    {
        var left = unconfirmed.Deadline - clock.GetUtcNow();
        left = left < TimeSpan.Zero ? TimeSpan.Zero : left > unconfirmed.Within ? unconfirmed.Within : left;
        var due = clock.GetTimestamp() + Ticks(left);

        // A change whose undoing the kernel has refused waits again, and is past its deadline.
        return _attempts.TryGetValue(index, out var tried) && tried.Revision == unconfirmed.Revision ? Math.Max(due, tried.At + Ticks(RetryAfter)) : due;
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);

    // In milliseconds, rounded up: a timer that rings a little early would have to be set again.
    private TimeSpan Time(long ticks) => TimeSpan.FromMilliseconds(Math.Ceiling(ticks * 1000.0 / clock.TimestampFrequency));

    // Continuations run elsewhere: the store's writer rings.
    private static TaskCompletionSource NewBell() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
