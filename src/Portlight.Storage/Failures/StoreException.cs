namespace Portlight.Storage;

/// <summary>The store could not do what was asked (disk full, file damaged, database gone). Nothing was written, unless <see cref="IsOutcomeUnknown"/>.</summary>
public sealed class StoreException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>
    /// What was to be written may be there or not: it reached the file, and its flush was not confirmed, or the file is not where it was. Only opening the
    /// store anew decides it, so the store has stopped.
    /// </summary>
    public bool IsOutcomeUnknown { get; init; }

    /// <summary>There is no room for the database. Once there is, the store goes on.</summary>
    public bool IsDiskFull { get; init; }

    /// <summary>
    /// What this store has read is not, or not any more, what the database has: a failover has lost its end, or a backup was restored. The store has stopped; one that
    /// is opened anew, in this process too, has what there is.
    /// </summary>
    public bool HasOtherHistory { get; init; }

    /// <summary>
    /// The disk did not confirm a flush. The kernel may have dropped from its cache what it could not write and reports the error once, so nothing later in
    /// this process can be trusted: a store that meets this stops.
    /// </summary>
    internal bool IsSyncFailure { get; init; }

    /// <summary>
    /// Another store of the same database has written what this rests on, so its place in the order of writes is gone. Nothing was written; a plan is prepared again.
    /// </summary>
    internal bool IsOutdated { get; init; }

    /// <summary>A line of the audit log is not as it was written. Nothing else has to suffer from it.</summary>
    internal bool IsAuditDamage { get; init; }
}
