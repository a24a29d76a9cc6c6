using System.Runtime.ExceptionServices;

namespace Portlight.Storage;

/// <summary>
/// Takes a write from its preparation to the disk: prepares a plan on the caller's thread, gets it a place in the order of writes and waits until it is durable; when
/// something that it rests on has been changed meanwhile, it is prepared again. Why: docs/decisions/0066-prepared-writes.md.
/// </summary>
/// <param name="committed">What is durable.</param>
/// <param name="order">Where plans get their places.</param>
/// <param name="writer">Whether the writer goes on.</param>
/// <param name="append">
/// Hands the writer a plan that has its place, or none, and returns at once; what it returns completes when that plan, and all before it, is durable.
/// </param>
/// <param name="batch">How many plans the writer makes durable at once.</param>
/// <param name="clock">For the turns of the accounts.</param>
internal sealed class PlannedWrites(IStoreView committed, CommitOrder order, WriterState writer, Func<Plan?, Task> append, int batch, TimeProvider clock)
{
    /// <summary>How often a write is prepared. Each time that it is prepared again another write of the same thing has got its place.</summary>
    public const int MostAttempts = 16;

    /// <summary>How often a write may be too late for a row before the row is kept for it: without that, the more processors, the likelier one among many writes of a row loses each time.</summary>
    private const int Patience = 4;

    // One batch that is being flushed and one that gathers; of one account half a batch, and a few while others write too.
    private readonly Admission _admission = new(mostOfAll: 2 * batch, mostOfOne: batch / 2, mostBesideOthers: batch / 32, clock);
    private readonly Lines _lines = new();

    public async Task<Committed<T>> CommitAsync<T>(Func<IStoreView, Changes, T> prepare, string account, CancellationToken cancellationToken)
    {
        await _admission.EnterAsync(account, cancellationToken).ConfigureAwait(false);
        Subject? reserved = null;
        var (isKeptUntilDurable, isLate) = (false, false);
        try
        {
            var numbers = new IndexNumbers(order);
            for (var attempt = 1; ; attempt++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var plan = new Plan(committed, order, numbers, reserved is not null);
                Conflict conflict;
                var prepared = Prepare(plan, prepare);
                if (isLate)
                {
                    isLate = false;
                    order.Late.Leave();
                }

                if (prepared.Holds && !isKeptUntilDurable)
                {
                    // The next of the line sees the row on its way.
                    Release(ref reserved);
                }

                try
                {
                    await prepared.Durable.ConfigureAwait(false);
                    if (prepared.Holds)
                    {
                        // A refusal counts only if what it rests on holds, and once that is durable.
                        prepared.Refusal?.Throw();
                        plan.Changes.NoteDurable();
                        return new Committed<T>(prepared.Result!) { Revisions = plan.Revisions };
                    }

                    conflict = prepared.Conflict;
                }
                catch (StoreException outdated) when (outdated.IsOutdated)
                {
                    (isLate, conflict) = (true, default);
                }

                if (attempt == MostAttempts)
                {
                    throw new ConflictException();
                }

                // One at most, or two writes could wait for each other.
                if (reserved is null && conflict.Subject != default && (conflict.IsDurable || attempt >= Patience))
                {
                    await _lines.EnterAsync(conflict.Subject, cancellationToken).ConfigureAwait(false);
                    (reserved, isKeptUntilDurable) = (conflict.Subject, conflict.IsDurable);
                    var last = order.Reserve(conflict.Subject);
                    await (isKeptUntilDurable ? WaitAsync(last) : Task.CompletedTask).ConfigureAwait(false);
                }
                else if (conflict.Reservation is { } others)
                {
                    await others.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
                }
                else if (conflict.IsDurable)
                {
                    await WaitAsync(conflict.Version).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (isLate)
            {
                order.Late.Leave();
            }

            Release(ref reserved);
            _admission.Leave(account);
        }
    }

    private void Release(ref Subject? reserved)
    {
        if (reserved is { } kept)
        {
            reserved = null;
            order.Release(kept);
            _lines.Leave(kept);
        }
    }

    /// <summary>One attempt, up to its place: nothing of it waits.</summary>
    private Prepared<T> Prepare<T>(Plan plan, Func<IStoreView, Changes, T> prepare)
    {
        order.RequireOpen();
        writer.RequireRunning();
        T? result = default;
        ExceptionDispatchInfo? refusal = null;
        try
        {
            result = prepare(plan.View, plan.Changes);
        }
        catch (Exception refused)
        {
            refusal = ExceptionDispatchInfo.Capture(refused);
        }

        if (refusal is not null || plan.Changes.IsEmpty)
        {
            return new Prepared<T>(TryRest(plan, out var rested, out var touched), result, refusal, rested, touched);
        }

        var durable = Task.CompletedTask;
        var holds = order.TryTake(plan, () => durable = append(plan), out var conflict);
        return new Prepared<T>(holds, result, null, durable, conflict);
    }

    /// <summary>Whether what a plan has read is still so.</summary>
    /// <param name="plan">A plan that changes nothing.</param>
    /// <param name="rested">Completes once what it has read is durable; fails if that will not be.</param>
    /// <param name="conflict">See <see cref="CommitOrder.TryRest"/>.</param>
    private bool TryRest(Plan plan, out Task rested, out Conflict conflict)
    {
        var durable = Task.CompletedTask;
        var holds = order.TryRest(plan, () => durable = append(null), out conflict);
        rested = durable;
        return holds;
    }

    /// <summary>Returns once a place is durable.</summary>
    private async Task WaitAsync(long place)
    {
        try
        {
            await (order.Durable < place ? append(null) : Task.CompletedTask).ConfigureAwait(false);
        }
        catch (StoreException outdated) when (outdated.IsOutdated)
        {
            // Whatever had that place is durable, or has lost it.
            order.Late.Leave();
        }
    }

    /// <param name="Holds">Whether what was read was still so.</param>
    /// <param name="Result">What the preparation has returned.</param>
    /// <param name="Refusal">What it has thrown instead.</param>
    /// <param name="Durable">Completes once what was written, or rested on, is durable; fails if that will not be.</param>
    /// <param name="Conflict">Why it does not hold.</param>
    private readonly record struct Prepared<T>(bool Holds, T? Result, ExceptionDispatchInfo? Refusal, Task Durable, Conflict Conflict);
}
