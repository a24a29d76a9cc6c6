using System.Diagnostics.CodeAnalysis;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// Events that no decision carries, on their way to the writer: in order, bounded by the memory they hold until they are durable. They ride on the next commit;
/// if none comes within <see cref="Patience"/>, or once they are many, the writer is asked to commit for their sake.
/// </summary>
internal sealed class AuditInbox : IDisposable
{
    /// <summary>What may be on its way; whoever finds it full waits, unless nothing else is there at all.</summary>
    public const int MaxBytes = 16 << 20;

    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>Roughly what an event costs beside its text.</summary>
    private const int Overhead = 128;

    private readonly Lock gate = new();
    private readonly Queue<AuditEvent> waiting = [];
    private readonly Queue<(AuditEvent Event, TaskCompletionSource Admitted)> outside = [];
    private readonly ITimer timer;
    private readonly Action flush;
    private Exception? closed;
    private long bytes;
    private bool isArmed;

    /// <param name="time">The clock that patience goes by.</param>
    /// <param name="flush">Asks the writer for a commit.</param>
    public AuditInbox(TimeProvider time, Action flush)
    {
        this.flush = flush;
        timer = time.CreateTimer(static inbox => ((AuditInbox)inbox!).RunOut(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public bool IsEmpty
    {
        get
        {
            lock (gate)
            {
                return waiting.Count == 0;
            }
        }
    }

    public ValueTask AddAsync(AuditEvent recorded)
    {
        bool isMuch;
        lock (gate)
        {
            if (closed is not null)
            {
                return ValueTask.FromException(closed);
            }

            if (outside.Count > 0 || !HasRoomFor(recorded))
            {
                var admitted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                outside.Enqueue((recorded, admitted));
                return new ValueTask(admitted.Task);
            }

            var before = bytes;
            Admit(recorded);
            isMuch = before < AuditTail.BlockBytes && bytes >= AuditTail.BlockBytes;
        }

        if (isMuch)
        {
            flush();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Writer only. What is taken is still on its way until it is released.</summary>
    public bool TryTake([MaybeNullWhen(false)] out AuditEvent recorded)
    {
        lock (gate)
        {
            return waiting.TryDequeue(out recorded);
        }
    }

    /// <summary>Writer only: these are durable; lets in who has waited for room.</summary>
    public void Release(List<AuditEvent> durable)
    {
        bool isMuch;
        lock (gate)
        {
            foreach (var recorded in durable)
            {
                bytes -= Cost(recorded);
            }

            while (outside.TryPeek(out var next) && HasRoomFor(next.Event))
            {
                outside.Dequeue();
                Admit(next.Event);
                next.Admitted.SetResult();
            }

            // More than a commit takes, or it would not be here: the next one is due at once.
            isMuch = bytes >= AuditTail.BlockBytes;
            ArmOnce();
        }

        if (isMuch)
        {
            flush();
        }
    }

    /// <summary>Asks for a commit in a while if anything is on its way still.</summary>
    public void Arm()
    {
        lock (gate)
        {
            ArmOnce();
        }
    }

    /// <summary>Takes nothing more and says why; with <paramref name="andForget"/> also what waits for room is told so.</summary>
    public void Close(Exception why, bool andForget)
    {
        lock (gate)
        {
            closed ??= why;
            while (andForget && outside.TryDequeue(out var next))
            {
                next.Admitted.SetException(why);
            }
        }
    }

    public void Dispose() => timer.Dispose();

    private static int Cost(AuditEvent recorded) => recorded.Json.Length + Overhead;

    // Called with the gate held, like all below but RunOut.
    private bool HasRoomFor(AuditEvent recorded) => bytes == 0 || bytes + Cost(recorded) <= MaxBytes;

    private void Admit(AuditEvent recorded)
    {
        waiting.Enqueue(recorded);
        bytes += Cost(recorded);
        ArmOnce();
    }

    // The timer is set once in a while and not for every event; one that came after a commit then waits for less than it might.
    private void ArmOnce()
    {
        if (!isArmed && bytes > 0)
        {
            isArmed = true;
            timer.Change(Patience, Timeout.InfiniteTimeSpan);
        }
    }

    private void RunOut()
    {
        lock (gate)
        {
            isArmed = false;
            if (bytes == 0)
            {
                return;
            }
        }

        flush();
    }
}
