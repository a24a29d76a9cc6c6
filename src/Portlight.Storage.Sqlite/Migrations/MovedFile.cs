using System.Globalization;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// The mark of a move in a database file. It is in the number of its tables too, so that a Portlight which knows nothing of moves does not open it either.
/// </summary>
internal static class MovedFile
{
    /// <summary>What is added to the number of the tables (<c>PRAGMA user_version</c>).</summary>
    public const int Flag = 1 << 24;

    public static bool Has(int version) => (version & Flag) != 0;

    /// <summary>The mark of a database that has one.</summary>
    public static MoveMark Read(Database database)
    {
        using var statement = database.Prepare("SELECT id, place, at, is_arriving FROM moved");
        using var run = statement.Begin();
        return run.Step()
            ? new MoveMark(run.Guid(0), run.Text(1), run.Time(2), run.Flag(3))
            : throw new StoreException("the database has lost the mark of where it has moved; restore it from a backup");
    }

    /// <summary>Durable when this returns.</summary>
    public static void Write(Database database, MoveMark mark) => InTransaction(database, () =>
    {
        database.Execute("DROP TABLE IF EXISTS moved; CREATE TABLE moved (id BLOB NOT NULL, place TEXT NOT NULL, at INTEGER NOT NULL, is_arriving INTEGER NOT NULL)");
        using var statement = database.Prepare("INSERT INTO moved (id, place, at, is_arriving) VALUES (?, ?, ?, ?)");
        using (var run = statement.Begin())
        {
            run.Bind(mark.Id);
            run.Bind(mark.Place);
            run.Bind(mark.At);
            run.Bind(mark.IsArriving);
            run.Step();
        }

        SetVersion(database, Version(database) | Flag);
    });

    /// <summary>Durable when this returns.</summary>
    public static void Clear(Database database) => InTransaction(database, () =>
    {
        database.Execute("DROP TABLE moved");
        SetVersion(database, Version(database) & ~Flag);
    });

    private static int Version(Database database) => int.Parse(database.Scalar("PRAGMA user_version")!, CultureInfo.InvariantCulture);

    private static void SetVersion(Database database, int version) => database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version}"));

    private static void InTransaction(Database database, Action write)
    {
        database.Execute("PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
        try
        {
            write();
            database.Execute("COMMIT");
        }
        catch
        {
            if (!database.IsAutocommit)
            {
                database.Execute("ROLLBACK");
            }

            throw;
        }
    }
}
