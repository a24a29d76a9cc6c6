namespace Portlight.Storage.Sqlite;

/// <summary>The secrets sealed in a database file, read beside the server that may have it open.</summary>
public static class DatabaseSecrets
{
    /// <summary>Looks whether the key file of a database is there and opens what is sealed. Changes nothing.</summary>
    /// <param name="keyFilePath">The key file.</param>
    /// <param name="path">The database.</param>
    /// <returns>How many secrets the database holds; the key file of a database without any may be missing.</returns>
    /// <exception cref="StoreException">It does not, or the database cannot be read.</exception>
    public static int Check(string keyFilePath, string path)
    {
        using var database = Connection.OpenReader(path);
        Schema.RequireCurrent(database.Database);
        return SealedSecrets.Check(keyFilePath, database.AccessKeys.All(), database.KeyPairs.All(), database.Hosts.List("", int.MaxValue));
    }
}
