namespace Portlight.Storage.Sqlite;

/// <summary>The audit log in the file of a store, read beside the server that writes it: it takes no lock, changes nothing and holds the writer up at no moment.</summary>
public sealed class AuditLogFile : IAuditView, IDisposable
{
    private readonly Connection _connection;

    private AuditLogFile(Connection connection) => _connection = connection;

    public AuditAnchor AuditStart => _connection.Audit.FindAnchor();

    /// <summary>One thread at a time may read from what this returns.</summary>
    /// <exception cref="StoreException">There is no such file, it is damaged, or its tables are of another version of Portlight.</exception>
    public static AuditLogFile Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new StoreException($"there is no database `{path}`; name the data directory of the server");
        }

        var connection = Connection.OpenReader(path);
        try
        {
            Schema.RequireCurrent(connection.Database);
            return new AuditLogFile(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public AuditBlock? FindAuditBlockBefore(long sequence) => _connection.Audit.FindBefore(sequence);

    public AuditBlock? FindAuditBlockAfter(long sequence) => _connection.Audit.FindAfter(sequence);

    public void Dispose() => _connection.Dispose();
}
