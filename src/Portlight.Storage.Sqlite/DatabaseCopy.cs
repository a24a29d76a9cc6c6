namespace Portlight.Storage.Sqlite;

/// <summary>
/// A copy of a store's database, made beside the server that writes it: all of one commit and nothing of a later one, in one file without a log. It holds up no
/// writer; the log of the original is not shortened meanwhile.
/// </summary>
public static class DatabaseCopy
{
    /// <param name="path">The database.</param>
    /// <param name="copy">A file that is not there yet, in a directory that nobody else may read.</param>
    /// <exception cref="StoreException">There is no database, it is of another version, or the copy cannot be written.</exception>
    public static void Write(string path, string copy)
    {
        if (!File.Exists(path))
        {
            throw new StoreException($"there is no database `{path}`; name the data directory of the server");
        }

        using var database = Database.Open(path, readOnly: true);
        Schema.RequireCurrent(database);
        using var statement = database.Prepare("VACUUM INTO ?1");
        using var running = statement.Begin();
        running.Bind(copy);
        running.Step();
    }

    /// <summary>Reads every page of a database that nobody has open.</summary>
    /// <exception cref="StoreException">It is damaged, or of another version of Portlight.</exception>
    public static void Check(string path)
    {
        using var database = Database.Open(path, readOnly: true);
        Schema.RequireCurrent(database);
        if (database.Scalar("PRAGMA quick_check(1)") is not "ok" and var damage)
        {
            throw new StoreException($"`{path}` is damaged: {damage}");
        }
    }
}
