namespace Portlight.Storage;

/// <summary>Reads of the audit log: in a store, or in the file of a store that another process has open.</summary>
public interface IAuditView
{
    /// <summary>
    /// The newest block of the audit log that begins before a sequence number; null when there is none. <see cref="long.MaxValue"/> gives the last.
    /// </summary>
    AuditBlock? FindAuditBlockBefore(long sequence);

    /// <summary>The first block of the audit log that begins after a sequence number; null when there is none.</summary>
    AuditBlock? FindAuditBlockAfter(long sequence);

    /// <summary>Where the audit log begins: the number and hash of the last event that was forgotten, or 0 and <see cref="AuditChain.Genesis"/>.</summary>
    AuditAnchor AuditStart { get; }
}
