namespace Portlight.Storage;

/// <summary>
/// Events that no write carries, on their way to the writer: in order, bounded by the memory they hold until they are durable. They ride on the next commit;
/// if none comes within <see cref="Patience"/>, or once they are many, the writer is asked to commit for their sake.
/// </summary>
/// <remarks>
/// After a commit that failed it takes no event until one succeeds. What it had taken is kept and tried again; when it has nothing, it takes one event at a time
/// whose caller waits until it is durable, which is how it is found out that there is room again.
/// </remarks>
internal sealed class AuditInbox : IDisposable
{
    /// <summary>What may be on its way, and as much again may wait for room, unless nothing else is there at all.</summary>
    public const int MaxBytes = 16 << 20;

    /// <summary>Events that may wait for room; one more is refused.</summary>
    public const int MaxOutside = 4_096;

    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>So much is worth a commit at once, and is the most that one takes.</summary>
    public const int EnoughBytes = 1 << 20;

    /// <summary>Roughly what an event costs beside its text.</summary>
    private const int Overhead = 128;

    private readonly Lock _gate = new();
    private readonly Queue<Arrival> _outside = [];
    private Queue<Arrival> _waiting = [];
    private readonly ITimer _timer;
    private readonly Action _flush;
    private Exception? _closed;
    private StoreException? _failure;
    private long _bytes;
    private long _bytesOutside;
    private bool _isArmed;

    /// <param name="time">The clock that patience goes by.</param>
    /// <param name="flush">Asks the writer for a commit.</param>
    public AuditInbox(TimeProvider time, Action flush)
    {
        _flush = flush;
        _timer = time.CreateTimer(static inbox => ((AuditInbox)inbox!).RunOut(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Events that were taken and that the writer has not.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Takes an event.</summary>
    /// <param name="recorded">The event.</param>
    /// <param name="untilDurable">Returns only once it is durable, and fails if it cannot be made so; else it returns once there is room.</param>
    public ValueTask AddAsync(AuditEvent recorded, bool untilDurable)
    {
        Arrival arrival;
        bool isDue;
        lock (_gate)
        {
            if (FindRefusal(recorded) is { } refusal)
            {
                return ValueTask.FromException(refusal);
            }

            var mustWait = _outside.Count > 0 || !HasRoomFor(recorded);
            arrival = new Arrival(recorded, IsUntilDurable: untilDurable || _failure is not null);
            if (mustWait || arrival.IsUntilDurable)
            {
                arrival = arrival with { Waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) };
            }

            if (mustWait)
            {
                _outside.Enqueue(arrival);
                _bytesOutside += Cost(recorded);
                return new ValueTask(arrival.Waiter!.Task);
            }

            var before = _bytes;
            Admit(arrival);
            isDue = arrival.IsUntilDurable || (before < EnoughBytes && _bytes >= EnoughBytes);
        }

        if (isDue)
        {
            _flush();
        }

        return arrival.Waiter is { } waiter ? new ValueTask(waiter.Task) : ValueTask.CompletedTask;
    }

    /// <summary>Writer only: takes events until they have so many bytes. What is taken is still on its way until it is released.</summary>
    public void TakeInto(List<Arrival> taken, long most)
    {
        lock (_gate)
        {
            while (most > 0 && _waiting.TryDequeue(out var arrival))
            {
                taken.Add(arrival);
                most -= arrival.Event.Json.Length;
            }
        }
    }

    /// <summary>Writer only: a commit has succeeded, and these are durable; lets in who has waited for room.</summary>
    public void Release(List<Arrival> durable)
    {
        bool isMuch;
        lock (_gate)
        {
            _failure = null;
            foreach (var arrival in durable)
            {
                _bytes -= Cost(arrival.Event);
                arrival.Waiter?.TrySetResult();
            }

            while (_outside.TryPeek(out var next) && HasRoomFor(next.Event))
            {
                _outside.Dequeue();
                _bytesOutside -= Cost(next.Event);
                Admit(next);
            }

            // More than a commit takes, or it would not be here: the next one is due at once.
            isMuch = _bytes >= EnoughBytes;
            ArmOnce();
        }

        if (isMuch)
        {
            _flush();
        }
    }

    /// <summary>
    /// Writer only: a commit has failed. Tells so everybody who waits, forgets their events, keeps those whose callers have gone on, and asks for a commit in a while
    /// if there are any.
    /// </summary>
    /// <param name="why">What is told.</param>
    /// <param name="taken">What was taken and is not released; left with what is kept.</param>
    public void Fail(StoreException why, List<Arrival> taken)
    {
        lock (_gate)
        {
            _failure = why;
            TurnAway(Refusal());
            taken.RemoveAll(arrival => IsTurnedAway(arrival, Refusal()));
            ArmOnce();
        }
    }

    /// <summary>Takes nothing more and says why; with <paramref name="andForget"/> everybody who waits is told so too.</summary>
    public void Close(Exception why, bool andForget)
    {
        lock (_gate)
        {
            _closed ??= why;
            if (andForget)
            {
                TurnAway(why);
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private static int Cost(AuditEvent recorded) => recorded.Json.Length + Overhead;

    // Called with the gate held, like all below but RunOut.
    private Exception? FindRefusal(AuditEvent recorded)
    {
        if (_closed is not null)
        {
            return _closed;
        }

        if (_failure is not null)
        {
            return _bytes > 0 ? Refusal() : null;
        }

        return _outside.Count >= MaxOutside || (_outside.Count > 0 && _bytesOutside + Cost(recorded) > MaxBytes)
            ? new StoreException("the audit log cannot keep up: more events wait for it than memory should hold")
            : null;
    }

    private StoreException Refusal() => new($"the audit log cannot be written: {_failure!.Message}", _failure);

    private bool HasRoomFor(AuditEvent recorded) => _bytes == 0 || _bytes + Cost(recorded) <= MaxBytes;

    private void Admit(Arrival arrival)
    {
        _waiting.Enqueue(arrival);
        _bytes += Cost(arrival.Event);
        if (!arrival.IsUntilDurable)
        {
            arrival.Waiter?.SetResult();
        }

        ArmOnce();
    }

    /// <summary>Tells everybody who waits that it was in vain; what nobody waits for stays.</summary>
    private void TurnAway(Exception why)
    {
        while (_outside.TryDequeue(out var next))
        {
            next.Waiter!.TrySetException(why);
        }

        _bytesOutside = 0;
        _waiting = new Queue<Arrival>(_waiting.Where(arrival => !IsTurnedAway(arrival, why)));
    }

    private bool IsTurnedAway(in Arrival arrival, Exception why)
    {
        if (!arrival.IsUntilDurable)
        {
            return false;
        }

        arrival.Waiter!.TrySetException(why);
        _bytes -= Cost(arrival.Event);
        return true;
    }

    // The timer is set once in a while and not for every event; one that came after a commit then waits for less than it might.
    private void ArmOnce()
    {
        if (!_isArmed && _bytes > 0)
        {
            _isArmed = true;
            _timer.Change(Patience, Timeout.InfiniteTimeSpan);
        }
    }

    private void RunOut()
    {
        lock (_gate)
        {
            _isArmed = false;
            if (_bytes == 0)
            {
                return;
            }
        }

        _flush();
    }

    /// <summary>An event and the waiting call: until there is room, or until it is durable.</summary>
    internal readonly record struct Arrival(AuditEvent Event, bool IsUntilDurable)
    {
        public TaskCompletionSource? Waiter { get; init; }
    }
}
