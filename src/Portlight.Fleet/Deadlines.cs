using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>Something of an instance that is due at a time.</summary>
/// <param name="Key">Tells it from what else of the instance is due.</param>
/// <param name="At">When, by the wall clock.</param>
/// <param name="Within">The time that was given.</param>
internal sealed record Term(string Key, DateTimeOffset At, TimeSpan Within);

/// <summary>A term of an instance and the timestamp at which it is due.</summary>
internal sealed record Deadline(Scope Scope, string Name, long Index, string Key, long Due);

/// <summary>
/// When what is due: a picture of what is stored. Times are those of the clock that nobody sets, from when a term was first seen: a wall clock that jumps neither
/// brings one early nor leaves a machine locked, or open. Only a restart asks the wall clock, and then no more is left than was given.
/// </summary>
/// <param name="clock">The time.</param>
/// <param name="termsOf">What of an instance is due at some time.</param>
internal sealed class Deadlines(TimeProvider clock, Func<Instance, IEnumerable<Term>> termsOf)
{
    /// <summary>How long after an attempt that the store or the kernel has refused the next one comes.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    /// <summary>No timer takes much more than a month; what is due later is waited for again.</summary>
    private static readonly TimeSpan MostDelay = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<long, Dictionary<string, Deadline>> _waiting = [];
    private readonly Dictionary<(long Index, string Key), long> _attempts = [];
    private TaskCompletionSource _bell = NewBell();

    /// <summary>Follows the store. Brief: it runs on the thread that writes.</summary>
    public void Note(IReadOnlyList<InstanceChange> changes)
    {
        foreach (var change in changes)
        {
            var terms = change.IsRemoval ? [] : termsOf(change.Instance);
            lock (_gate)
            {
                Note(change.Instance, terms);
            }
        }
    }

    private void Note(Instance instance, IEnumerable<Term> terms)
    {
        var known = _waiting.GetValueOrDefault(instance.Index);
        Dictionary<string, Deadline>? now = null;
        foreach (var term in terms)
        {
            if (known is null || !known.TryGetValue(term.Key, out var deadline))
            {
                deadline = new Deadline(instance.Scope, instance.Name, instance.Index, term.Key, DueOf(instance.Index, term));
                _bell.TrySetResult();
            }

            (now ??= [])[term.Key] = deadline;
        }

        if (now is not null)
        {
            _waiting[instance.Index] = now;
        }
        else if (known is not null)
        {
            _waiting.Remove(instance.Index);
        }
    }

    /// <summary>What is due. It is due again after a while, unless the store says in the meantime that it no longer waits.</summary>
    public IReadOnlyList<Deadline> TakeDue()
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            List<Deadline> due = [.. _waiting.Values.SelectMany(terms => terms.Values).Where(one => one.Due <= now)];
            foreach (var one in due)
            {
                _waiting[one.Index][one.Key] = one with { Due = now + Ticks(RetryAfter) };
                _attempts[(one.Index, one.Key)] = now;
            }

            foreach (var (tried, _) in _attempts.Where(attempt => attempt.Value + (2 * Ticks(RetryAfter)) < now).ToList())
            {
                _attempts.Remove(tried);
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
            left = _waiting.Count == 0 ? null : Time(_waiting.Values.Min(terms => terms.Values.Min(one => one.Due)) - clock.GetTimestamp());
        }

        if (left <= TimeSpan.Zero)
        {
            return;
        }

        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(rung, Task.Delay(left is { } time && time > MostDelay ? MostDelay : left ?? Timeout.InfiniteTimeSpan, clock, done.Token));
        await done.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private long DueOf(long index, Term term)
    {
        var left = term.At - clock.GetUtcNow();
        left = left < TimeSpan.Zero ? TimeSpan.Zero : left > term.Within ? term.Within : left;
        var due = clock.GetTimestamp() + Ticks(left);

        // One whose attempt the kernel has refused waits again, and is past its time.
        return _attempts.TryGetValue((index, term.Key), out var tried) ? Math.Max(due, tried + Ticks(RetryAfter)) : due;
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);

    // In milliseconds, rounded up: a timer that rings a little early would have to be set again.
    private TimeSpan Time(long ticks) => TimeSpan.FromMilliseconds(Math.Ceiling(ticks * 1000.0 / clock.TimestampFrequency));

    // Continuations run elsewhere: the store's writer rings.
    private static TaskCompletionSource NewBell() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
