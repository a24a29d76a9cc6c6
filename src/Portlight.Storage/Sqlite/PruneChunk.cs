namespace Portlight.Storage.Sqlite;

/// <summary>One chunk of a prune: short enough that decisions hardly wait for it.</summary>
internal sealed class PruneChunk(DateTimeOffset before, long? afterOperation, bool withLog) : Work
{
    public const int Rows = 250;

    private readonly TaskCompletionSource<PruneChunk> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<PruneChunk> Done => done.Task;

    public int Removed { get; private set; }

    /// <summary>Where the next chunk goes on with operations; null when they are through.</summary>
    public long? NextOperation { get; private set; } = afterOperation;

    public bool HasMoreLog { get; private set; } = withLog;

    public override void Run(Batch batch)
    {
        var rows = batch.Rows;
        if (NextOperation is { } after)
        {
            (Removed, NextOperation) = rows.Prune.Operations(after, before, batch.View.AppliedRevision, Rows);
        }

        if (HasMoreLog)
        {
            var removed = rows.Prune.Log(before, Rows);
            HasMoreLog = removed == Rows;
            Removed += removed;
        }
    }

    public override void Succeed() => done.TrySetResult(this);

    public override void Fail(StoreException failure) => done.TrySetException(failure);
}
