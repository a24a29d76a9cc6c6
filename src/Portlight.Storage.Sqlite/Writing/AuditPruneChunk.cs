namespace Portlight.Storage.Sqlite;

/// <summary>One chunk of forgetting old audit blocks: short enough that writes hardly wait for it.</summary>
internal sealed class AuditPruneChunk(DateTimeOffset before) : Work
{
    public const int Blocks = 250;

    /// <summary>Some megabytes.</summary>
    public const int Events = 4_096;

    private readonly TaskCompletionSource<(long, bool)> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (long Removed, bool HasMore) _result;
    private StoreException? _refusal;

    public Task<(long Removed, bool HasMore)> Done => _done.Task;

    public override void Run(Batch batch)
    {
        try
        {
            _result = batch.PruneAudit(before, Blocks, Events);
        }
        catch (StoreException damage) when (damage.IsAuditDamage)
        {
            // Nothing was written, and the writes next to this have nothing to do with it.
            _refusal = damage;
        }
    }

    public override void Succeed()
    {
        if (_refusal is null)
        {
            _done.TrySetResult(_result);
        }
        else
        {
            _done.TrySetException(_refusal);
        }
    }

    public override void Fail(StoreException failure) => _done.TrySetException(failure);
}
