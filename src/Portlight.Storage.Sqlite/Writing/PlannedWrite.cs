namespace Portlight.Storage.Sqlite;

/// <summary>A plan that has its place: its caller waits until it is durable. Without a plan: the caller waits for what is on its way.</summary>
/// <param name="plan">The plan.</param>
/// <param name="late">Told when it has lost its place to another store.</param>
internal sealed class PlannedWrite(Plan? plan, LateWrites late) : Work
{
    // Continuations run on the pool: the writer's thread belongs to the writer.
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Plan? Plan => plan;

    public Task Done => _done.Task;

    public override void Run(Batch batch)
    {
        if (plan is not null)
        {
            batch.Write(plan);
        }
    }

    public override void Succeed() => _done.TrySetResult();

    public override void Fail(StoreException failure)
    {
        if (failure.IsOutdated)
        {
            late.Enter();
        }

        _done.TrySetException(failure);
    }
}
