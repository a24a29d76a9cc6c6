namespace Portlight.Storage.Sqlite;

/// <summary>One chunk of forgetting old audit blocks: short enough that writes hardly wait for it.</summary>
internal sealed class AuditPruneChunk(DateTimeOffset before) : Work
{
    public const int Blocks = 250;

    /// <summary>Some megabytes.</summary>
    public const int Events = 4_096;

    private readonly TaskCompletionSource<(long, bool)> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (long Removed, bool HasMore) result;
    private StoreException? refusal;

    public Task<(long Removed, bool HasMore)> Done => done.Task;

    public override void Run(Batch batch)
    {
        try
        {
            result = batch.PruneAudit(before, Blocks, Events);
        }
        catch (StoreException damage) when (damage.IsAuditDamage)
        {
            // Nothing was written, and the writes next to this have nothing to do with it.
            refusal = damage;
        }
    }

    public override void Succeed()
    {
        if (refusal is null)
        {
            done.TrySetResult(result);
        }
        else
        {
            done.TrySetException(refusal);
        }
    }

    public override void Fail(StoreException failure) => done.TrySetException(failure);
}
