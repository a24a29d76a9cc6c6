namespace Portlight.Storage.Sqlite;

/// <summary>A plan that has its place: its caller waits until it is durable.</summary>
internal sealed class PlannedWrite(Plan plan) : Work
{
    // Continuations run on the pool: the writer's thread belongs to the writer.
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Plan Plan => plan;

    public Task Done => _done.Task;

    public override void Run(Batch batch) => batch.Write(plan);

    public override void Succeed() => _done.TrySetResult();

    public override void Fail(StoreException failure) => _done.TrySetException(failure);
}

/// <summary>Waits for what is on its way: it is durable when this succeeds.</summary>
internal sealed class Barrier : Work
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Done => _done.Task;

    public override void Run(Batch batch)
    {
    }

    public override void Succeed() => _done.TrySetResult();

    public override void Fail(StoreException failure) => _done.TrySetException(failure);
}
