namespace Portlight.Storage.Sqlite;

/// <summary>One chunk of a prune: short enough that writes hardly wait for it.</summary>
internal sealed class PruneChunk(DateTimeOffset before, long after) : Work
{
    public const int Rows = 250;

    private readonly TaskCompletionSource<PruneChunk> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<PruneChunk> Done => done.Task;

    public int Removed { get; private set; }

    /// <summary>Where the next chunk goes on; null when there are no more.</summary>
    public long? Next { get; private set; }

    public override void Run(Batch batch) => (Removed, Next) = batch.Rows.Prune.Operations(after, before, batch.AppliedRevision, Rows);

    public override void Succeed() => done.TrySetResult(this);

    public override void Fail(StoreException failure) => done.TrySetException(failure);
}
