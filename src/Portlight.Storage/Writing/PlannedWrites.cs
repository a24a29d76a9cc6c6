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

    // One batch that is being flushed and one that gathers; of one account half a batch, and a few while others write too.
    private readonly Admission _admission = new(mostOfAll: 2 * batch, mostOfOne: batch / 2, mostBesideOthers: batch / 32, clock);
    private readonly Lines _lines = new();

    public async Task<Committed<T>> CommitAsync<T>(Func<IStoreView, Changes, T> prepare, string account, CancellationToken cancellationToken)
    {
        await _admission.EnterAsync(account, cancellationToken).ConfigureAwait(false);
        Subject? reserved = null;
        try
        {
            var numbers = new IndexNumbers(order);
            for (var attempt = 1; ; attempt++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var plan = new Plan(committed, order, numbers, reserved is not null);
                var (written, result, conflict) = await TryAsync(plan, prepare).ConfigureAwait(false);
                if (written)
                {
                    return new Committed<T>(result!) { Revisions = plan.Revisions };
                }

                if (attempt == MostAttempts)
                {
                    throw new ConflictException();
                }

                if (conflict.Reservation is { } others)
                {
                    await others.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
                }
                else if (conflict.Rest.IsDurable && reserved is null)
                {
                    // One at most, or two writes could wait for each other.
                    await _lines.EnterAsync(conflict.Rest.Subject, cancellationToken).ConfigureAwait(false);
                    reserved = conflict.Rest.Subject;
                    await WaitAsync(order.Reserve(conflict.Rest.Subject)).ConfigureAwait(false);
                }
                else if (conflict.Rest.IsDurable)
                {
                    await WaitAsync(conflict.Version).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (reserved is { } kept)
            {
                order.Release(kept);
                _lines.Leave(kept);
            }

            _admission.Leave(account);
        }
    }

    /// <summary>One attempt. A refusal counts only if what it rests on holds, and once that is durable.</summary>
    private async Task<(bool Written, T? Result, Conflict Conflict)> TryAsync<T>(Plan plan, Func<IStoreView, Changes, T> prepare)
    {
        try
        {
            return await TryOnceAsync(plan, prepare).ConfigureAwait(false);
        }
        catch (StoreException outdated) when (outdated.IsOutdated)
        {
            return default;
        }
    }

    private async Task<(bool Written, T? Result, Conflict Conflict)> TryOnceAsync<T>(Plan plan, Func<IStoreView, Changes, T> prepare)
    {
        order.RequireOpen();
        writer.RequireRunning();
        T result;
        Conflict conflict;
        try
        {
            result = prepare(plan.View, plan.Changes);
        }
        catch (Exception)
        {
            if (!TryRest(plan, out var rested, out conflict))
            {
                return (false, default, conflict);
            }

            await rested.ConfigureAwait(false);
            throw;
        }

        if (plan.Changes.IsEmpty)
        {
            if (!TryRest(plan, out var rested, out conflict))
            {
                return (false, default, conflict);
            }

            await rested.ConfigureAwait(false);
            return (true, result, conflict);
        }

        Task? durable = null;
        if (!order.TryTake(plan, () => durable = append(plan), out conflict))
        {
            return (false, default, conflict);
        }

        await durable!.ConfigureAwait(false);
        plan.Changes.NoteDurable();
        return (true, result, conflict);
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
        }
    }
}
