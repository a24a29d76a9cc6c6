namespace Portlight.Storage;

/// <summary>The store could not do what was asked (disk full, file damaged, database gone). Nothing was written.</summary>
public sealed class StoreException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>
    /// The disk did not confirm a flush. What was written may or may not survive, and the kernel may have dropped it from its cache: only opening the
    /// store anew can tell, so a store that meets this stops.
    /// </summary>
    internal bool IsSyncFailure { get; init; }

    /// <summary>A line of the audit log is not as it was written. Nothing else has to suffer from it.</summary>
    internal bool IsAuditDamage { get; init; }
}
