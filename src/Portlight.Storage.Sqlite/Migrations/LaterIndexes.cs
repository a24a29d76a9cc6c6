namespace Portlight.Storage.Sqlite;

/// <summary>
/// The indexes of the instances while an empty file is filled: taken away before the first row, and made when all are there. To sort once costs less than to find each row its place in each of them.
/// </summary>
internal sealed class LaterIndexes
{
    private readonly Database _database;
    private readonly List<string> _made = [];

    /// <summary>Takes them away. A file that is left so is not whole.</summary>
    public LaterIndexes(Database database)
    {
        _database = database;
        var names = new List<string>();
        using (var found = database.Prepare("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'instance' AND sql IS NOT NULL ORDER BY rowid").Begin())
        {
            while (found.Step())
            {
                names.Add(found.Text(0));
                _made.Add(found.Text(1));
            }
        }

        names.ForEach(name => database.Execute($"DROP INDEX {name}"));
    }

    /// <summary>Makes them, in the transaction that is under way.</summary>
    public void Make() => _made.ForEach(_database.Execute);
}
