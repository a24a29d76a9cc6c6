namespace Portlight.Storage.Sqlite;

/// <summary>A caller's decision. Its answer, a refusal included, is given only once what it saw is durable: it may have seen its neighbours' changes.</summary>
internal sealed class Decision<T>(Func<IStoreView, Changes, T> decide, CancellationToken cancellationToken) : Work
{
    // Continuations run on the pool: the writer's thread belongs to the writer.
    private readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T result = default!;
    private Exception? refusal;
    private bool isWithdrawn;

    public Task<T> Answer => answer.Task;

    public override void Run(Batch batch)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            isWithdrawn = true;
            return;
        }

        var changes = batch.BeginChanges();
        try
        {
            result = decide(batch.View, changes);
        }
        catch (Exception thrown)
        {
            refusal = thrown;
            batch.DropChanges();
            return;
        }

        batch.Write(changes);
    }

    public override void Succeed()
    {
        if (isWithdrawn)
        {
            answer.TrySetCanceled(cancellationToken);
        }
        else if (refusal is not null)
        {
            answer.TrySetException(refusal);
        }
        else
        {
            answer.TrySetResult(result);
        }
    }

    public override void Fail(StoreException failure) => answer.TrySetException(failure);
}
