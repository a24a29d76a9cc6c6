namespace Portlight.Storage.Postgres;

/// <summary>Where the order of batches ends.</summary>
/// <param name="Position">How many batches there are.</param>
/// <param name="Batch">Which the last one is: after a failover that lost one, another may have its position.</param>
/// <param name="Revision">The last revision.</param>
/// <param name="Index">The last number that was given to an instance.</param>
internal readonly record struct LogEnd(long Position, Guid Batch, long Revision, long Index);

/// <summary>What one store has written in one transaction.</summary>
internal sealed record LogBatch
{
    /// <summary>Where the order ends with it.</summary>
    public required LogEnd End { get; init; }

    public required IReadOnlyList<Item> Items { get; init; }

    public required IReadOnlyList<AuditBlock> Blocks { get; init; }

    /// <summary>Up to where it has forgotten events; null where it has not.</summary>
    public required AuditAnchor? Forgotten { get; init; }
}
