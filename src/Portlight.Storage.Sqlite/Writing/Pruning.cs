namespace Portlight.Storage.Sqlite;

/// <summary>Forgets what is old, a chunk after the other.</summary>
internal static class Pruning
{
    /// <summary>Terminal operations. Returns how many.</summary>
    /// <param name="add">Hands the writer something to do.</param>
    /// <param name="before">What is from before this goes.</param>
    /// <param name="cancellationToken">Ends it between two chunks.</param>
    public static async Task<long> OperationsAsync(Action<Work> add, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var removed = 0L;
        var chunk = new PruneChunk(before, after: 0);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            add(chunk);
            chunk = await chunk.Done.ConfigureAwait(false);
            removed += chunk.Removed.Count;
            if (chunk.Next is not { } next)
            {
                return removed;
            }

            chunk = new PruneChunk(before, next);
        }
    }

    /// <summary>Blocks of the audit log. Returns how many events.</summary>
    /// <param name="add">Hands the writer something to do.</param>
    /// <param name="before">Blocks whose events are all from before this go.</param>
    /// <param name="cancellationToken">Ends it between two chunks.</param>
    public static async Task<long> AuditAsync(Action<Work> add, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var removed = 0L;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var chunk = new AuditPruneChunk(before);
            add(chunk);
            var (events, hasMore) = await chunk.Done.ConfigureAwait(false);
            removed += events;
            if (!hasMore)
            {
                return removed;
            }
        }
    }
}
