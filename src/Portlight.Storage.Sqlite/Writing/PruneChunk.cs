namespace Portlight.Storage.Sqlite;

/// <summary>One chunk of a prune: short enough that writes hardly wait for it.</summary>
internal sealed class PruneChunk(DateTimeOffset before, long after) : Work
{
    public const int Rows = 250;

    private readonly TaskCompletionSource<PruneChunk> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<PruneChunk> Done => _done.Task;

    /// <summary>What it has removed.</summary>
    public IReadOnlyList<Guid> Removed { get; private set; } = [];

    /// <summary>Where the next chunk goes on; null when there are no more.</summary>
    public long? Next { get; private set; }

    public override void Run(Batch batch) => (Removed, Next) = batch.Rows.Prune.Operations(after, before, batch.Applied, Rows);

    public override void Succeed() => _done.TrySetResult(this);

    public override void Fail(StoreException failure) => _done.TrySetException(failure);
}
