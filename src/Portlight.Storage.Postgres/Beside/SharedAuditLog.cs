namespace Portlight.Storage.Postgres;

/// <summary>The audit log in a database that servers share, read beside them: as it is at one moment. It changes nothing and holds nobody up.</summary>
public sealed class SharedAuditLog : IAuditView, IDisposable
{
    private readonly IDisposable _source;
    private readonly LogSnapshot _snapshot;

    private SharedAuditLog(IDisposable source, LogSnapshot snapshot) => (_source, _snapshot) = (source, snapshot);

    public AuditAnchor AuditStart => _snapshot.Anchor;

    /// <summary>One thread at a time may read from what this returns.</summary>
    /// <exception cref="StoreException">The string cannot be used, the database does not answer, or it has no tables yet.</exception>
    public static SharedAuditLog Open(string connectionText)
    {
        var source = LogSource.Of(connectionText);
        try
        {
            return new SharedAuditLog(source, LogFailure.Answered(() => LogSnapshot.Open(source)));
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    public AuditBlock? FindAuditBlockBefore(long sequence) => LogFailure.Answered(() => _snapshot.FindBlockBefore(sequence));

    public AuditBlock? FindAuditBlockAfter(long sequence) => LogFailure.Answered(() => _snapshot.FindBlockAfter(sequence));

    public void Dispose()
    {
        _snapshot.Dispose();
        _source.Dispose();
    }
}
