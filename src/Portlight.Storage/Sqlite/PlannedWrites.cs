namespace Portlight.Storage.Sqlite;

/// <summary>
/// Takes a write from its preparation to the disk: prepares a plan on the caller's thread, gets it a place in the order of writes and waits until it is durable; when
/// something that it rests on has been changed meanwhile, it is prepared again. Why: docs/decisions/0066-prepared-writes.md.
/// </summary>
internal sealed class PlannedWrites(IStoreView committed, CommitOrder order, GroupCommit writer)
{
    /// <summary>Writes of all accounts that are on their way at once: one batch that is being flushed, and one that gathers.</summary>
    public const int MostOfAll = 2 * GroupCommit.MaxWork;

    /// <summary>Those of one account, while no other writes.</summary>
    public const int MostOfOne = GroupCommit.MaxWork / 2;

    /// <summary>Those of one account, while others write too.</summary>
    public const int MostBesideOthers = MostOfOne / 4;

    /// <summary>How often a write is prepared. Each time that it is prepared again another write of the same thing has got its place.</summary>
    public const int MostAttempts = 16;

    private readonly Admission _admission = new(MostOfAll, MostOfOne, MostBesideOthers);
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
        order.RequireOpen();
        writer.State.RequireRunning();
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

        var write = new PlannedWrite(plan);
        if (!order.TryTake(plan, () => writer.Add(write), out conflict))
        {
            return (false, default, conflict);
        }

        await write.Done.ConfigureAwait(false);
        plan.Changes.NoteDurable();
        return (true, result, conflict);
    }

    /// <summary>Whether what a plan has read is still so.</summary>
    /// <param name="plan">A plan that changes nothing.</param>
    /// <param name="rested">Completes once what it has read is durable; fails if that will not be.</param>
    /// <param name="conflict">See <see cref="CommitOrder.TryRest"/>.</param>
    private bool TryRest(Plan plan, out Task rested, out Conflict conflict)
    {
        Barrier? barrier = null;
        var holds = order.TryRest(plan, () => writer.Add(barrier = new Barrier()), out conflict);
        rested = barrier?.Done ?? Task.CompletedTask;
        return holds;
    }

    /// <summary>Returns once a place is durable.</summary>
    private async ValueTask WaitAsync(long place)
    {
        if (order.Durable < place)
        {
            var barrier = new Barrier();
            writer.Add(barrier);
            await barrier.Done.ConfigureAwait(false);
        }
    }
}
