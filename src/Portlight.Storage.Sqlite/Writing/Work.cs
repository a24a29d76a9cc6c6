namespace Portlight.Storage.Sqlite;

/// <summary>Something for the writer to do within a batch, and somebody who waits until it is durable.</summary>
internal abstract class Work
{
    /// <summary>On the writer's thread, within the batch. What it throws fails the whole batch: a refusal of its own it keeps for <see cref="Succeed"/>.</summary>
    public abstract void Run(Batch batch);

    /// <summary>The batch is durable.</summary>
    public abstract void Succeed();

    /// <summary>The batch is not, and nothing of it was written.</summary>
    public abstract void Fail(StoreException failure);
}
